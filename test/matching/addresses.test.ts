import { describe, expect, test } from "@jest/globals";
import { companyDomain, foldPhone, readEmail } from "../../src/matching/index.ts";

describe("a company's domain", () => {
  test.each([
    ["mail.acme.co.uk", "acme.co.uk"],
    ["https://www.Acme.example/about?x=1", "acme.example"],
    ["dana@sales.acme.example", "acme.example"],
    ["https://bücher.example", "xn--bcher-kva.example"],
    ["XN--BCHER-KVA.example", "xn--bcher-kva.example"],
    ["acme-robotics.example", "acme.example"],
  ])("of %j is %j", (text, domain) => {
    expect(companyDomain(text, new Map([["acme-robotics.example", "acme.example"]]))).toBe(domain);
  });

  test.each(["dana@gmail.com", "info@gmx.de", "https://acme.github.io", "facebook.com/acme", "co.uk", "no domain", ""])(
    "is none for %j: free mail and shared hosts are no company's",
    (text) => {
      expect(companyDomain(text)).toBeNull();
    },
  );
});

describe("an e-mail address", () => {
  test.each([
    ["Dana.Ortiz+news@GMAIL.com", "danaortiz@gmail.com", { free: true, role: false }],
    ["d.ortiz+x@googlemail.com", "dortiz@gmail.com", { free: true, role: false }],
    ["Dana.Ortiz+news@acme.example", "dana.ortiz+news@acme.example", { free: false, role: false }],
    ["Info@acme.example", "info@acme.example", { free: false, role: true }],
    ["dana@bücher.example", "dana@xn--bcher-kva.example", { free: false, role: false }],
  ])("%j reaches %j", (text, address, more) => {
    expect(readEmail(text)).toMatchObject({ address, ...more });
  });

  test.each(["dana", "dana@", "@acme.example", "a b@acme.example", "dana@localhost"])("is not %j", (text) => {
    expect(readEmail(text)).toBeNull();
  });
});

test.each([
  ["+49 40 123456789", "123456789"],
  ["040/123 456 789", "123456789"],
  ["(555) 010-2233 ext. 12", "550102233"],
  ["１２３ ４５６７", "1234567"],
  ["112", null],
])("the phone %j is known by %j", (text, digits) => {
  expect(foldPhone(text)).toBe(digits);
});
