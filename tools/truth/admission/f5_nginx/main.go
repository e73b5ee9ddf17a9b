// Command verdicts says what the NGINX Ingress Controller of F5 says of VirtualServers and VirtualServerRoutes: JSON texts in, answers out. It is built within that module.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	v1 "github.com/nginx/kubernetes-ingress/pkg/apis/configuration/v1"
	"github.com/nginx/kubernetes-ingress/pkg/apis/configuration/validation"
	utilerrors "k8s.io/apimachinery/pkg/util/errors"
	"k8s.io/apimachinery/pkg/util/validation/field"
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

func validate(kind, text string) error {
	vsv := validation.NewVirtualServerValidator()
	switch kind {
	case "VirtualServer":
		var one v1.VirtualServer
		if err := json.Unmarshal([]byte(text), &one); err != nil {
			return err
		}
		return vsv.ValidateVirtualServer(&one)
	case "VirtualServerRoute":
		var one v1.VirtualServerRoute
		if err := json.Unmarshal([]byte(text), &one); err != nil {
			return err
		}
		return vsv.ValidateVirtualServerRoute(&one)
	}
	return fmt.Errorf("no kind %s", kind)
}

func judge(text string) answer {
	var head struct{ Kind string }
	if err := json.Unmarshal([]byte(text), &head); err != nil {
		return answer{Verdict: "rejected", Said: err.Error()}
	}
	err := validate(head.Kind, text)
	if err == nil {
		return answer{Verdict: "accepted"}
	}
	told := answer{Verdict: "rejected", Said: err.Error()}
	if several, ok := err.(utilerrors.Aggregate); ok {
		for _, one := range several.Errors() {
			if known, ok := one.(*field.Error); ok {
				told.Causes = append(told.Causes, cause{known.Field, known.ErrorBody()})
			}
		}
	}
	return told
}

func main() {
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
