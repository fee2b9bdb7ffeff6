"""What stands in the papers, one module per part of the business."""
