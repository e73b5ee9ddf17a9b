// Command crds says what the API server and istiod's webhook say of objects of definitions: JSON texts in, answers out.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	structuraldefaulting "k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	structurallisttype "k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta"
	structuralpruning "k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	metav1validation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/validation/field"
	kubeyaml "k8s.io/apimachinery/pkg/util/yaml"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"sigs.k8s.io/yaml"

	icrd "istio.io/istio/pilot/pkg/config/kube/crd"
	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/schema/collections"
	"istio.io/istio/pkg/config/schema/resource"
)

type kind struct {
	schema     validation.SchemaCreateValidator
	structural *structuralschema.Structural
	rules      *cel.Validator
	namespaced bool
}

var kinds = map[schema.GroupVersionKind]kind{}
var groups = map[schema.GroupKind]bool{}

// load reads the definitions of a folder; the first of a kind counts.
func load(root string) {
	filepath.Walk(root, func(p string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() || filepath.Ext(p) != ".yaml" {
			return nil
		}
		f, _ := os.Open(p)
		defer f.Close()
		d := kubeyaml.NewYAMLOrJSONDecoder(f, 512*1024)
		for {
			un := &unstructured.Unstructured{}
			if err := d.Decode(un); err == io.EOF {
				return nil
			} else if err != nil {
				fmt.Fprintln(os.Stderr, p, err)
				return nil
			}
			if un.GetKind() != "CustomResourceDefinition" {
				continue
			}
			v1 := apiextensionsv1.CustomResourceDefinition{}
			if err := runtime.DefaultUnstructuredConverter.FromUnstructured(un.Object, &v1); err != nil {
				fmt.Fprintln(os.Stderr, p, err)
				continue
			}
			var c apiextensions.CustomResourceDefinition
			if err := apiextensionsv1.Convert_v1_CustomResourceDefinition_To_apiextensions_CustomResourceDefinition(&v1, &c, nil); err != nil {
				panic(err)
			}
			for _, ver := range c.Spec.Versions {
				if !ver.Served {
					continue
				}
				gvk := schema.GroupVersionKind{Group: c.Spec.Group, Version: ver.Name, Kind: c.Spec.Names.Kind}
				s := ver.Schema
				if s == nil {
					s = c.Spec.Validation
				}
				if _, ok := kinds[gvk]; ok {
					continue
				}
				sv, _, err := validation.NewSchemaValidator(s.OpenAPIV3Schema)
				if err != nil {
					panic(err)
				}
				st, err := structuralschema.NewStructural(s.OpenAPIV3Schema)
				if err != nil {
					panic(err)
				}
				kinds[gvk] = kind{sv, st, cel.NewValidator(st, true, celconfig.PerCallLimit), c.Spec.Scope == apiextensions.NamespaceScoped}
				groups[gvk.GroupKind()] = true
			}
		}
	})
}

type cause struct {
	Field string `json:"field"`
	Said  string `json:"said"`
	By    string `json:"by"`
}

type answer struct {
	Verdict  string   `json:"verdict"`
	Said     string   `json:"said,omitempty"`
	Causes   []cause  `json:"causes,omitempty"`
	Warnings []string `json:"warnings,omitempty"`
}

func (a *answer) add(by string, list field.ErrorList) {
	for _, e := range list {
		a.Causes = append(a.Causes, cause{e.Field, e.ErrorBody(), by})
	}
}

// judge prunes, fills in defaults, validates by schema, lists and rules, and asks the webhook.
func judge(text string) (a answer) {
	defer func() {
		if r := recover(); r != nil {
			a = answer{Verdict: "panic", Said: fmt.Sprint(r)}
		}
	}()
	data, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		return answer{Verdict: "unreadable", Said: err.Error()}
	}
	obj := map[string]interface{}{}
	if err := utiljson.Unmarshal(data, &obj); err != nil {
		return answer{Verdict: "unreadable", Said: err.Error()}
	}
	un := &unstructured.Unstructured{Object: obj}
	gvk := un.GroupVersionKind()
	k, ok := kinds[gvk]
	if !ok {
		if groups[gvk.GroupKind()] {
			return answer{Verdict: "refused", Said: fmt.Sprintf("no matches for kind %q in version %q", gvk.Kind, gvk.GroupVersion())}
		}
		return answer{Verdict: "unknown"}
	}
	if err, more := objectmeta.CoerceWithOptions(nil, obj, k.structural, true, objectmeta.CoerceOptions{DropInvalidFields: false, ReturnUnknownFieldPaths: true}); err != nil {
		return answer{Verdict: "refused", Said: err.Error(), Causes: []cause{{err.Field, err.ErrorBody(), "meta"}}}
	} else {
		for _, u := range more {
			a.Causes = append(a.Causes, cause{u, fmt.Sprintf("unknown field %q", u), "strict"})
			a.Verdict = "strict"
		}
	}
	unknown := structuralpruning.PruneWithOptions(obj, k.structural, true, structuralschema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true})
	for _, u := range unknown {
		a.Causes = append(a.Causes, cause{u, fmt.Sprintf("unknown field %q", u), "strict"})
	}
	if len(unknown) > 0 {
		a.Verdict = "strict"
	}
	structuraldefaulting.PruneNonNullableNullsWithoutDefaults(obj, k.structural)
	structuraldefaulting.Default(obj, k.structural)
	if k.namespaced && un.GetNamespace() == "" {
		un.SetNamespace("default")
	}
	if !k.namespaced {
		un.SetNamespace("")
	}
	n := len(a.Causes)
	a.add("meta", metav1validation.ValidateObjectMetaAccessor(un, k.namespaced, metav1validation.NameIsDNSSubdomain, field.NewPath("metadata")))
	bad := validation.ValidateCustomResource(nil, obj, k.schema)
	a.add("schema", bad)
	a.add("list", structurallisttype.ValidateListSetsAndMaps(nil, k.structural, obj))
	blocked := false
	for _, e := range bad {
		if e.Type == field.ErrorTypeTypeInvalid || e.Type == field.ErrorTypeRequired || e.Type == field.ErrorTypeTooLong || e.Type == field.ErrorTypeTooMany || e.Type == field.ErrorTypeNotSupported {
			blocked = true
		}
	}
	if k.rules != nil && !blocked {
		errs, _ := k.rules.Validate(context.Background(), nil, k.structural, obj, nil, celconfig.RuntimeCELCostBudget)
		a.add("cel", errs)
	}
	if len(a.Causes) > n {
		a.Verdict = "refused"
	}
	webhook(&a, un)
	if a.Verdict == "" {
		a.Verdict = "accepted"
	}
	return a
}

func webhook(a *answer, un *unstructured.Unstructured) {
	gvk := un.GroupVersionKind()
	s, ok := collections.Istio.FindByGroupKind(resource.FromKubernetesGVK(&gvk))
	if !ok {
		return
	}
	raw, _ := json.Marshal(un.Object)
	var o icrd.IstioKind
	if err := json.NewDecoder(bytes.NewReader(raw)).Decode(&o); err != nil {
		a.Causes = append(a.Causes, cause{"", err.Error(), "istiod"})
		a.Verdict = "refused"
		return
	}
	var out *config.Config
	out, err := icrd.ConvertObject(s, &o, "cluster.local")
	if err != nil {
		a.Causes = append(a.Causes, cause{"", "error decoding configuration: " + err.Error(), "istiod"})
		a.Verdict = "refused"
		return
	}
	w, err := s.ValidateConfig(*out)
	if err != nil {
		a.Causes = append(a.Causes, cause{"", err.Error(), "istiod"})
		a.Verdict = "refused"
	}
	if w != nil {
		a.Warnings = []string{w.Error()}
	}
}

func main() {
	for _, p := range os.Args[1:] {
		load(p)
	}
	dec := json.NewDecoder(bufio.NewReaderSize(os.Stdin, 1<<20))
	out := bufio.NewWriter(os.Stdout)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for {
		var text string
		if err := dec.Decode(&text); err != nil {
			break
		}
		enc.Encode(judge(text))
		out.Flush()
	}
}
