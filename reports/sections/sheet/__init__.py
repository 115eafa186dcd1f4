"""All variants side by side: the contact sheet, and over a grid of alpha and sigma its figure."""
