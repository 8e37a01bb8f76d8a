"""Packs that leave the house: a workbook with live formulas and a board pack, made from one content, that agree."""
