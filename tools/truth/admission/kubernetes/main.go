// Command kubernetes says what the API server says of objects of built-in kinds: JSON texts in, JSON answers out.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	kjson "k8s.io/apimachinery/pkg/runtime/serializer/json"
	genericapirequest "k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	_ "k8s.io/kubernetes/pkg/apis/autoscaling/install"
	_ "k8s.io/kubernetes/pkg/apis/batch/install"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	_ "k8s.io/kubernetes/pkg/apis/discovery/install"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
	"k8s.io/kubernetes/pkg/capabilities"
	"k8s.io/kubernetes/pkg/registry/apps/daemonset"
	"k8s.io/kubernetes/pkg/registry/apps/deployment"
	"k8s.io/kubernetes/pkg/registry/apps/replicaset"
	"k8s.io/kubernetes/pkg/registry/apps/statefulset"
	"k8s.io/kubernetes/pkg/registry/autoscaling/horizontalpodautoscaler"
	"k8s.io/kubernetes/pkg/registry/batch/cronjob"
	"k8s.io/kubernetes/pkg/registry/batch/job"
	"k8s.io/kubernetes/pkg/registry/core/configmap"
	"k8s.io/kubernetes/pkg/registry/core/endpoint"
	"k8s.io/kubernetes/pkg/registry/core/namespace"
	"k8s.io/kubernetes/pkg/registry/core/pod"
	"k8s.io/kubernetes/pkg/registry/core/replicationcontroller"
	"k8s.io/kubernetes/pkg/registry/core/secret"
	"k8s.io/kubernetes/pkg/registry/core/service"
	"k8s.io/kubernetes/pkg/registry/discovery/endpointslice"
	"k8s.io/kubernetes/pkg/registry/networking/ingress"
	"k8s.io/kubernetes/pkg/registry/networking/ingressclass"
	"k8s.io/kubernetes/pkg/registry/networking/networkpolicy"
	"k8s.io/kubernetes/pkg/registry/policy/poddisruptionbudget"
	"sigs.k8s.io/yaml"
)

var strategies = map[string]struct {
	group    string
	strategy rest.RESTCreateStrategy
}{
	"Service": {"", service.Strategy}, "Pod": {"", pod.Strategy}, "ReplicationController": {"", replicationcontroller.Strategy},
	"Endpoints": {"", endpoint.Strategy}, "ConfigMap": {"", configmap.Strategy}, "Secret": {"", secret.Strategy},
	"Namespace": {"", namespace.Strategy}, "Deployment": {"apps", deployment.Strategy}, "ReplicaSet": {"apps", replicaset.Strategy},
	"StatefulSet": {"apps", statefulset.Strategy}, "DaemonSet": {"apps", daemonset.Strategy}, "Job": {"batch", job.Strategy},
	"CronJob": {"batch", cronjob.Strategy}, "Ingress": {"networking.k8s.io", ingress.Strategy},
	"IngressClass": {"networking.k8s.io", ingressclass.Strategy}, "NetworkPolicy": {"networking.k8s.io", networkpolicy.Strategy},
	"HorizontalPodAutoscaler": {"autoscaling", horizontalpodautoscaler.Strategy},
	"PodDisruptionBudget":     {"policy", poddisruptionbudget.Strategy}, "EndpointSlice": {"discovery.k8s.io", endpointslice.Strategy},
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

var strict = kjson.NewSerializerWithOptions(kjson.DefaultMetaFactory, legacyscheme.Scheme, legacyscheme.Scheme, kjson.SerializerOptions{Strict: true})

// judge decodes an object strictly, fills in its defaults and validates it, as a request to create it does.
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
	var head metav1.TypeMeta
	if err := json.Unmarshal(data, &head); err != nil {
		return answer{Verdict: "unreadable", Said: err.Error()}
	}
	gv, err := schema.ParseGroupVersion(head.APIVersion)
	if err != nil {
		return answer{Verdict: "unreadable", Said: err.Error()}
	}
	known, ok := strategies[head.Kind]
	if !ok || known.group != gv.Group {
		return answer{Verdict: "unknown"}
	}
	if (gv.Version == "v1beta1" || gv.Version == "v1beta2" || gv.Version == "v2beta1" || gv.Version == "v2beta2") || !legacyscheme.Scheme.Recognizes(gv.WithKind(head.Kind)) {
		return answer{Verdict: "refused", Said: fmt.Sprintf("no matches for kind %q in version %q", head.Kind, head.APIVersion)}
	}
	obj, _, err := strict.Decode(data, nil, nil)
	if err != nil {
		if !runtime.IsStrictDecodingError(err) {
			return answer{Verdict: "refused", Said: err.Error()}
		}
		a = answer{Verdict: "strict", Said: err.Error()}
	}
	legacyscheme.Scheme.Default(obj)
	internal, err := legacyscheme.Scheme.ConvertToVersion(obj, schema.GroupVersion{Group: gv.Group, Version: runtime.APIVersionInternal})
	if err != nil {
		return answer{Verdict: "refused", Said: err.Error()}
	}
	ctx := genericapirequest.NewContext()
	meta := internal.(metav1.Object)
	if known.strategy.NamespaceScoped() {
		if meta.GetNamespace() == "" {
			meta.SetNamespace("default")
		}
		ctx = genericapirequest.WithNamespace(ctx, meta.GetNamespace())
	}
	if !known.strategy.NamespaceScoped() {
		meta.SetNamespace("")
		ctx = genericapirequest.WithNamespace(ctx, "")
	}
	ctx = genericapirequest.WithRequestInfo(ctx, &genericapirequest.RequestInfo{IsResourceRequest: true, Verb: "create", APIGroup: gv.Group, APIVersion: gv.Version})
	if head.Kind == "Service" {
		defaultService(internal)
	}
	rest.FillObjectMetaSystemFields(meta)
	if err := rest.BeforeCreate(known.strategy, ctx, internal); err != nil {
		a.Verdict = "refused"
		if a.Said == "" {
			a.Said = err.Error()
		}
		if s, ok := err.(errors.APIStatus); ok && s.Status().Details != nil {
			for _, c := range s.Status().Details.Causes {
				a.Causes = append(a.Causes, cause{c.Field, c.Message})
			}
		}
		return a
	}
	if a.Verdict == "" {
		a.Verdict = "accepted"
	}
	return a
}

func main() {
	capabilities.Initialize(capabilities.Capabilities{AllowPrivileged: true})
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	dec := json.NewDecoder(in)
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
