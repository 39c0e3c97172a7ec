"""The Kubernetes client: requests, watches, streams, credentials, discovery. It knows no OpenYurt."""
