import { expect, test } from "@odoo/hoot";
import { makeMockEnv } from "@web/../tests/web_test_helpers";
import { readNumber } from "@service_management/guide/service_guide";

test("a reading is the number that was meant, whatever the keyboard has", async () => {
    await makeMockEnv();
    expect(readNumber("1.8")).toBe(1.8);
    expect(readNumber("1,8")).toBe(1.8);
    expect(readNumber(" -0,25 ")).toBe(-0.25);
    expect(readNumber("1,250")).toBe(1250);
    expect(readNumber("12")).toBe(12);
    for (const text of ["", "  ", "much", "1,8,1x"]) {
        expect(readNumber(text)).toBe(NaN);
    }
});
