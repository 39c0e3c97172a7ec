/** kubectl commands for kinds that `kubectl create` does not know. */

/** Applies a minimal workload from standard input; `fields` are further lines of its spec. */
export function applyCommand(kind: string, fields = ""): string {
  return `kubectl apply -f - <<'EOF'
apiVersion: apps/v1
kind: ${kind}
metadata:
  name: web
spec:
${fields}  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: web
          image: nginx
EOF`;
}
