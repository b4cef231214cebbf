"""資料: ordering, reading, making and finding again what is handed out."""
