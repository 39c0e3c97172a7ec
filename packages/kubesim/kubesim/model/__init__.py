"""Pure models: pod lifecycle, nodes, scheduling, rollouts, cron, logs and usage."""
