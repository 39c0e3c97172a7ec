"""Pure models of pods, machines, scheduling, rollouts and cron."""
