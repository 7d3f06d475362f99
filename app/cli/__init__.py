"""headwaterctl, the engine without a window: one file per noun, one shape per answer, errors rendered in one place."""
