"""Wire formats besides JSON: Protobuf bodies of kubectl, and gnostic's OpenAPI messages."""
