"""What every page shares: layout, stylesheet, error pages, the first page. No party's business."""
