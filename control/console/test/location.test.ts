import { describe, expect, it } from "vitest";
import { locationKind, shortLocation } from "../src/location";

describe("a location", () => {
  it.each([
    ["shop/pricing.py:42", "line", "pricing.py:42"],
    ["shop.pricing:Cart.total", "function", "Cart.total"],
    ["shop.pricing:Cart.total:exit", "function", "Cart.total (exit)"],
    ["shop.pricing:outer.<locals>.inner:entry", "function", "outer.<locals>.inner"],
    ["raise:builtins.KeyError", "raise", "raise KeyError"],
    ["raise:shop.errors.OutOfStock:unhandled", "raise", "unhandled OutOfStock"],
  ])("%s is a %s, shown as %s", (text, kind, words) => {
    expect(locationKind(text)).toBe(kind);
    expect(shortLocation(text)).toBe(words);
  });

  it.each([
    "",
    "shop",
    "shop/pricing.py",
    "shop.py:total",
    "a:b:c",
    "raise:",
    "raise:1",
    "a b:c",
    "shop/x:f",
  ])("%j is none", (text) => {
    expect(locationKind(text)).toBeNull();
  });
});
