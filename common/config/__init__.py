"""The composition root: settings, URLs and entry points; the only place that names the parties."""
