"""仕事: what was agreed, who is who, money, periods."""
