// Command knative says what the webhook of Knative Serving says of objects that it has filled in: JSON texts in, answers out.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"

	"knative.dev/pkg/apis"
	v1 "knative.dev/serving/pkg/apis/serving/v1"
)

type object interface {
	apis.Defaultable
	apis.Validatable
}

func made(kind string) object {
	switch kind {
	case "Service":
		return &v1.Service{}
	case "Route":
		return &v1.Route{}
	case "Configuration":
		return &v1.Configuration{}
	case "Revision":
		return &v1.Revision{}
	}
	return nil
}

type cause struct {
	Field string `json:"field"`
	Said  string `json:"said"`
}

type answer struct {
	Verdict string  `json:"verdict"`
	Said    string  `json:"said,omitempty"`
	Causes  []cause `json:"causes,omitempty"`
}

func judge(text string) answer {
	var head struct{ Kind string }
	if err := json.Unmarshal([]byte(text), &head); err != nil {
		return answer{Verdict: "rejected", Said: err.Error()}
	}
	thing := made(head.Kind)
	if thing == nil {
		return answer{Verdict: "rejected", Said: "no kind " + head.Kind}
	}
	if err := json.Unmarshal([]byte(text), thing); err != nil {
		return answer{Verdict: "rejected", Said: err.Error()}
	}
	ctx := apis.WithinCreate(context.Background())
	thing.SetDefaults(ctx)
	found := thing.Validate(ctx).Filter(apis.ErrorLevel)
	if found == nil {
		return answer{Verdict: "accepted"}
	}
	told := answer{Verdict: "rejected", Said: found.Error()}
	for _, one := range found.WrappedErrors() {
		said := one.Message
		if one.Details != "" {
			said += ": " + one.Details
		}
		for _, path := range one.Paths {
			told.Causes = append(told.Causes, cause{path, said})
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
