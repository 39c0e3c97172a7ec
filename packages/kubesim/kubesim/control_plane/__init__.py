"""The API server put together: plug-ins, security, and waiting for webhooks."""
