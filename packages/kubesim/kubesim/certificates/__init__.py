"""The certificate authority of the cluster, and the signing of CertificateSigningRequests."""
