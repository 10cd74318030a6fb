// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import { matchesPath, parsePlace, shortPath } from "../src/location";
import { searchFiles } from "../src/state/files";
import { takeTokenFromAddress } from "../src/state/session";
import { type Middle, readAddress, SOURCE, writeAddress } from "../src/state/view";

describe("the address", () => {
  it("survives the way there and back, whatever the names", () => {
    const place = { service: "a&b=c#d", path: "/srv/ü ber/<x>.py", line: 42, snapshot: "abc" };
    const middles: Middle[] = [
      SOURCE,
      { kind: "hits", probe: "p1", columns: "user['a,b'].id, total" },
      { kind: "hits", probe: "p1", columns: "" },
      { kind: "diff", left: "a1", right: "b2" },
      { kind: "memory", instance: "i1" },
      { kind: "threads", instance: "" },
    ];
    for (const middle of middles)
      expect(readAddress(writeAddress({ ...place, middle }))).toEqual({ ...place, middle });
  });

  it("is empty when nothing is chosen, and takes no nonsense", () => {
    expect(writeAddress({ service: "", path: "", line: 7, snapshot: "", middle: SOURCE })).toBe("");
    expect(readAddress("#line=-3").line).toBe(0);
    expect(readAddress("#line=1e999").line).toBe(0);
    expect(readAddress("#%%%").service).toBe("");
    for (const nonsense of ["#view=hits", "#view=diff&left=a", "#view=elsewhere"])
      expect(readAddress(nonsense).middle).toEqual(SOURCE);
  });

  it("loses the token at once and keeps the rest", () => {
    history.replaceState(null, "", "/#token=secret&snapshot=abc");
    expect(takeTokenFromAddress()).toBe("secret");
    expect(location.href).not.toContain("secret");
    expect(location.hash).toBe("#snapshot=abc");
    expect(takeTokenFromAddress()).toBe("");
  });
});

describe("a location", () => {
  it("is a path and a line", () => {
    expect(parsePlace("shop/pricing.py:42")).toEqual({ path: "shop/pricing.py", line: 42 });
    expect(parsePlace("  pricing.py : 7 ")).toEqual({ path: "pricing.py", line: 7 });
    expect(parsePlace("pricing.py:")).toEqual({ path: "pricing.py", line: 0 });
    expect(parsePlace("c:/x.py")).toEqual({ path: "c:/x.py", line: 0 });
  });

  it("names a file by whole components", () => {
    expect(matchesPath("/srv/shop/pricing.py", "shop/pricing.py")).toBe(true);
    expect(matchesPath("/srv/shop/pricing.py", "./pricing.py")).toBe(true);
    expect(matchesPath("/srv/shop/pricing.py", "/srv/shop/pricing.py")).toBe(true);
    expect(matchesPath("/srv/shop/pricing.py", "ricing.py")).toBe(false);
    expect(matchesPath("/srv/shop/pricing.py", "")).toBe(false);
  });

  it("is short in lists", () => {
    expect(shortPath("/srv/shop/pricing.py")).toBe("shop/pricing.py");
    expect(shortPath("pricing.py")).toBe("pricing.py");
  });
});

describe("the search for files", () => {
  const files = [
    { path: "/lib/pricing_tools.py", library: true },
    { path: "/srv/shop/reports/old_pricing.py" },
    { path: "/srv/shop/pricing.py", module: "shop.pricing" },
    { path: "/srv/pricing/app.py" },
  ];
  const found = (search: string, library = false) =>
    searchFiles(files, search, library).map(({ path }) => path);

  it("puts the best match first and library files last", () => {
    expect(found("pricing", true)).toEqual([
      "/srv/shop/pricing.py",
      "/srv/shop/reports/old_pricing.py",
      "/srv/pricing/app.py",
      "/lib/pricing_tools.py",
    ]);
  });

  it("hides library files until they are wanted", () => expect(found("tools")).toEqual([]));

  it("understands a line behind the name", () =>
    expect(found("pricing.py:42")[0]).toBe("/srv/shop/pricing.py"));

  it("takes its text literally", () => expect(found("p.*g")).toEqual([]));
});
