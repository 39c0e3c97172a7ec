"""The generic store: reads, writes, lists, patches."""
