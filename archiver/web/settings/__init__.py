"""設定: saving, backup, alerts, archives, help."""
