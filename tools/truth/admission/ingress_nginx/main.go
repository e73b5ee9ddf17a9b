// Command verdicts says what the webhook of ingress-nginx says of an Ingress, with the settings that it comes with: JSON texts in,
// answers out. It is built within that module. Snippets and paths are looked at as CheckIngress does; Secrets and ConfigMaps are missing.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"

	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	"k8s.io/klog/v2"

	"k8s.io/ingress-nginx/internal/ingress/annotations"
	"k8s.io/ingress-nginx/internal/ingress/defaults"
	"k8s.io/ingress-nginx/internal/ingress/inspector"
	"k8s.io/ingress-nginx/internal/ingress/resolver"
)

type answer struct {
	Verdict string `json:"verdict"`
	Said    string `json:"said,omitempty"`
}

type nothing struct{}

var errAbsent = errors.New("absent")

func (nothing) GetDefaultBackend() defaults.Backend { return defaults.Backend{} }

func (nothing) GetSecurityConfiguration() defaults.SecurityConfiguration {
	return defaults.SecurityConfiguration{AnnotationsRiskLevel: "High"}
}

func (nothing) GetConfigMap(string) (*core.ConfigMap, error) { return nil, errAbsent }

func (nothing) GetSecret(string) (*core.Secret, error) { return nil, errAbsent }

func (nothing) GetAuthCertificate(string) (*resolver.AuthSSLCert, error) { return nil, errAbsent }

func (nothing) GetService(string) (*core.Service, error) { return nil, errAbsent }

func check(ingress *networking.Ingress) error {
	if err := inspector.DeepInspect(ingress); err != nil {
		return fmt.Errorf("invalid object: %w", err)
	}
	if err := inspector.ValidatePathType(ingress); err != nil {
		return fmt.Errorf("ingress contains invalid paths: %w", err)
	}
	for key := range ingress.Annotations {
		if strings.HasSuffix(key, "-snippet") {
			return fmt.Errorf("%s annotation cannot be used. Snippet directives are disabled by the Ingress administrator", key)
		}
	}
	_, err := annotations.NewAnnotationExtractor(nothing{}).Extract(ingress)
	return err
}

func judge(text string) answer {
	var ingress networking.Ingress
	if err := json.Unmarshal([]byte(text), &ingress); err != nil {
		return answer{Verdict: "rejected", Said: err.Error()}
	}
	if err := check(&ingress); err != nil {
		return answer{Verdict: "rejected", Said: strings.ReplaceAll(err.Error(), "\n", ", ")}
	}
	return answer{Verdict: "accepted"}
}

func main() {
	klog.InitFlags(nil)
	_ = flag.Set("logtostderr", "false")
	_ = flag.Set("stderrthreshold", "FATAL")
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 1<<26)
	for lines.Scan() {
		var text string
		if json.Unmarshal(lines.Bytes(), &text) != nil {
			continue
		}
		out, _ := json.Marshal(judge(text))
		fmt.Println(string(out))
	}
}
