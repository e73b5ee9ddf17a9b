package main

import (
	"k8s.io/apimachinery/pkg/runtime"
	api "k8s.io/kubernetes/pkg/apis/core"
	netutils "k8s.io/utils/net"
)

// defaultService does what the REST storage does before validation, as a single-stack IPv4 cluster.
func defaultService(obj runtime.Object) {
	s := obj.(*api.Service)
	if s.Spec.ClusterIP != "" && len(s.Spec.ClusterIPs) == 0 {
		s.Spec.ClusterIPs = []string{s.Spec.ClusterIP}
	}
	if s.Spec.Type == api.ServiceTypeLoadBalancer && s.Spec.ExternalTrafficPolicy == api.ServiceExternalTrafficPolicyLocal && s.Spec.HealthCheckNodePort == 0 {
		s.Spec.HealthCheckNodePort = 30000
	}
	if s.Spec.Type == api.ServiceTypeExternalName {
		return
	}
	if len(s.Spec.IPFamilies) == 0 {
		for _, ip := range s.Spec.ClusterIPs {
			if netutils.IsIPv6String(ip) {
				s.Spec.IPFamilies = append(s.Spec.IPFamilies, api.IPv6Protocol)
			} else if netutils.IsIPv4String(ip) {
				s.Spec.IPFamilies = append(s.Spec.IPFamilies, api.IPv4Protocol)
			}
		}
		if len(s.Spec.IPFamilies) == 0 {
			s.Spec.IPFamilies = []api.IPFamily{api.IPv4Protocol}
		}
	}
	if s.Spec.IPFamilyPolicy == nil {
		p := api.IPFamilyPolicySingleStack
		s.Spec.IPFamilyPolicy = &p
	}
}
