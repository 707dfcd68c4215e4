{{- /* The Secret with the serving certificate. */ -}}
{{- define "landbridge.gatewayCertificate" -}}
{{- with .Values.gateway.tls -}}
{{- ternary .secretName (printf "%s-certificate" (include "landbridge.gateway" $)) (eq .mode "secret") -}}
{{- end -}}
{{- end -}}

{{- /* The port of the Service. */ -}}
{{- define "landbridge.gatewayPort" -}}
{{- with .Values.gateway -}}
{{- default (ternary 80 443 (eq .tls.mode "plainHTTP")) .service.port -}}
{{- end -}}
{{- end -}}

{{- /* Where programs of the cluster call. */ -}}
{{- define "landbridge.gatewayURL" -}}
{{- $plain := eq .Values.gateway.tls.mode "plainHTTP" -}}
{{- $port := include "landbridge.gatewayPort" . -}}
{{- ternary "http" "https" $plain }}://{{ include "landbridge.gateway" . }}.{{ .Release.Namespace }}.svc
{{- if ne $port (ternary "80" "443" $plain) }}:{{ $port }}{{ end -}}
{{- end -}}

{{- /* landbridge.yaml: what the user says, and what is the chart's. */ -}}
{{- define "landbridge.gatewayConfig" -}}
{{- with .Values.gateway -}}
{{- $door := dict "listen" "0.0.0.0:8990" -}}
{{- if eq .tls.mode "plainHTTP" -}}
{{- $_ := set $door "plain_http" true -}}
{{- else -}}
{{- $_ := set $door "cert_file" "/etc/landbridge-certificate/tls.crt" -}}
{{- $_ := set $door "key_file" "/etc/landbridge-certificate/tls.key" -}}
{{- end -}}
{{- $ours := dict "version" 1 "audit" (dict "file" .audit) "doors" (dict "gateway" $door "admin" (dict "listen" "0.0.0.0:8981")) -}}
{{- toYaml (merge $ours (deepCopy .config)) -}}
{{- end -}}
{{- end -}}

{{- /* Changes with what a running gateway does not take over. */ -}}
{{- define "landbridge.gatewayStart" -}}
{{- $config := fromYaml (include "landbridge.gatewayConfig" .) -}}
{{- $_ := unset $config "guard" -}}
{{- $_ := unset $config.doors.gateway "callers" -}}
{{- $_ := set $config "policy" (omit $config.policy "rules" "prices") -}}
{{- sha256sum (toYaml $config) -}}
{{- end -}}

{{- /* Refuses what would start and not work. */ -}}
{{- define "landbridge.gatewayChecks" -}}
{{- with .Values.gateway -}}
{{- $door := .config.doors.gateway -}}
{{- range list "listen" "cert_file" "key_file" "plain_http" -}}
{{- if hasKey $door . -}}
{{- fail (printf "gateway.config.doors.gateway.%s is the chart's: remove it; gateway.tls says how the gateway serves" .) -}}
{{- end -}}
{{- end -}}
{{- range list "loopback" "loopback_uids" -}}
{{- if hasKey $door . -}}
{{- fail (printf "gateway.config.doors.gateway.%s: no program calls from the gateway's own pod; remove it, and name the issuers of callers' tokens as callers" .) -}}
{{- end -}}
{{- end -}}
{{- range .secrets -}}
{{- if regexMatch "^(/etc/landbridge|/etc/landbridge-certificate|/var/log/landbridge)(/|$)" .mountPath -}}
{{- fail (printf "gateway.secrets: %s is the chart's: write another mountPath, such as /etc/landbridge-keys" .mountPath) -}}
{{- end -}}
{{- end -}}
{{- if and (eq .tls.mode "secret") (not .tls.secretName) -}}
{{- fail "gateway.tls.secretName is missing: name a Secret of type kubernetes.io/tls, or set gateway.tls.mode to cert-manager, or to plainHTTP where a mesh encrypts" -}}
{{- end -}}
{{- if and (eq .tls.mode "cert-manager") (not .tls.certManager.issuerRef) -}}
{{- fail "gateway.tls.certManager.issuerRef is missing: name an issuer whose authority the callers trust" -}}
{{- end -}}
{{- if and (or .autoscaling.enabled (gt (int .replicas) 1)) (not (dig "tokens" "key_file" "" $door)) -}}
{{- fail "gateway.config.doors.gateway.tokens.key_file is missing: a token that one replica hands out opens no other; kubectl create secret generic NAME --from-literal=tokens=\"$(openssl rand -base64 32)\", mount it by gateway.secrets and name the file, or set gateway.replicas to 1" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* The audience of tokens for a provider, however its name is written. */ -}}
{{- define "landbridge.audience" -}}
//iam.googleapis.com/{{ regexReplaceAll "^(https:)?//iam.googleapis.com/" . "" }}
{{- end -}}

{{- define "landbridge.gatewayNotes" -}}
{{- $url := include "landbridge.gatewayURL" . -}}
{{- $config := .Values.gateway.config -}}
{{- $door := $config.doors.gateway }}

The gateway answers once its pods are ready:

  kubectl rollout status --namespace {{ .Release.Namespace }} deployment/{{ include "landbridge.gateway" . }}

Programs of the cluster call it at

  {{ $url }}            with Vertex AI's clients: GOOGLE_VERTEX_BASE_URL
  {{ $url }}/v1         with OpenAI's: OPENAI_BASE_URL
  {{ $url }}/anthropic  with Anthropic's: ANTHROPIC_BASE_URL

and send their own token: in a pod a projected serviceAccountToken, which a pod with a bridge has at
/var/run/secrets/landbridge/token. It has one of these audiences, and policy knows its subject by the name before it:
{{ range $door.callers }}
{{- $audience := include "landbridge.audience" (default $config.to_google.provider .provider) }}
  {{ .name }}/SUBJECT  {{ join " or " (default (list $audience "api://AzureADTokenExchange") .audiences) }}
{{- end }}

Google's clients take a credential file, GOOGLE_APPLICATION_CREDENTIALS, and fetch the gateway's own token for it:

  {"type": "external_account", "audience": "{{ include "landbridge.audience" $config.to_google.provider }}",
   "subject_token_type": "urn:ietf:params:oauth:token-type:jwt", "token_url": "{{ $url }}/v1/token",
   "credential_source": {"file": "/var/run/secrets/landbridge/token"}}
{{- if eq .Values.gateway.tls.mode "plainHTTP" }}

It speaks plain HTTP, and callers' tokens pass there: the mesh must encrypt, and let nobody round it.
{{- end }}
{{- if and (eq (dig "identity" "caller" $door) "gateway") (not .Values.gateway.serviceAccount.annotations) }}

Google sees the gateway, whose account has no identity yet: gateway.serviceAccount.annotations wants landbridge.dev/provider.
{{- end }}
{{- $quotas := 0 }}
{{- range $config.policy.rules }}{{ if .quota }}{{ $quotas = add1 $quotas }}{{ end }}{{ end }}
{{- if and $quotas (or .Values.gateway.autoscaling.enabled (gt (int .Values.gateway.replicas) 1)) (ne (dig "quotas" "store" "local" $config.policy) "postgres") }}

Each replica counts quotas alone, so that a workload may use its quota at each; policy.quotas.store: postgres shares them.
{{- end }}
{{- end -}}
