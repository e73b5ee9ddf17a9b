// Command verdicts says what the webhook of cert-manager says of objects: JSON texts in, answers out. It is built within that module.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"

	acme "github.com/cert-manager/cert-manager/internal/apis/acme/install"
	internal "github.com/cert-manager/cert-manager/internal/apis/certmanager"
	certmanager "github.com/cert-manager/cert-manager/internal/apis/certmanager/install"
	"github.com/cert-manager/cert-manager/internal/apis/certmanager/validation"
	meta "github.com/cert-manager/cert-manager/internal/apis/meta/install"
	v1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
)

type cause struct {
	Field string `json:"field"`
	Said  string `json:"said"`
}

type answer struct {
	Verdict string  `json:"verdict"`
	Said    string  `json:"said,omitempty"`
	Causes  []cause `json:"causes,omitempty"`
}

var scheme = runtime.NewScheme()

func read(text string, written, known runtime.Object) error {
	if err := json.Unmarshal([]byte(text), written); err != nil {
		return err
	}
	return scheme.Convert(written, known, nil)
}

func judge(text string) answer {
	var head struct{ Kind string }
	if err := json.Unmarshal([]byte(text), &head); err != nil {
		return answer{Verdict: "rejected", Said: err.Error()}
	}
	var found field.ErrorList
	spec := field.NewPath("spec")
	if head.Kind == "Certificate" {
		var known internal.Certificate
		if err := read(text, &v1.Certificate{}, &known); err != nil {
			return answer{Verdict: "rejected", Said: err.Error()}
		}
		found = validation.ValidateCertificateSpec(&known.Spec, spec)
	} else {
		var known internal.Issuer
		if err := read(text, &v1.Issuer{}, &known); err != nil {
			return answer{Verdict: "rejected", Said: err.Error()}
		}
		found, _ = validation.ValidateIssuerSpec(&known.Spec, spec)
	}
	if len(found) == 0 {
		return answer{Verdict: "accepted"}
	}
	told := answer{Verdict: "rejected", Said: found.ToAggregate().Error()}
	for _, one := range found {
		told.Causes = append(told.Causes, cause{one.Field, one.ErrorBody()})
	}
	return told
}

func main() {
	acme.Install(scheme)
	certmanager.Install(scheme)
	meta.Install(scheme)
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
