"""Ways in and out: translate, call one action, translate back."""
