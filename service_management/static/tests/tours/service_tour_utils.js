/** Types into a many2one field and picks what its list offers. */
export const choose = (field, text, label = text) => [
    { trigger: `.o_field_widget[name=${field}] input`, run: `edit ${text}` },
    { trigger: `.o-autocomplete--dropdown-item a:contains(${label})`, run: "click" },
];

/** Signs the open dialog with the name that it proposes. */
export const signAs = (name) => [
    {
        content: `sign as ${name}`,
        trigger: ".modal .o_web_sign_name_and_signature input",
        run: `edit ${name}`,
    },
    { trigger: `.modal .o_web_sign_name_and_signature input:value(${name})` },
    { trigger: ".modal .o_web_sign_auto_select_style button", run: "click" },
    { trigger: ".o-dropdown-item:eq(2)", run: "click" },
    {
        content: "the name is drawn",
        trigger: ".modal canvas.o_web_sign_signature",
        run: "canvasNotEmpty",
    },
    {
        trigger: ".modal .o_portal_sign_submit:enabled",
        run: "click",
        expectUnloadPage: true,
    },
];

/** Draws a stroke on a canvas, as a finger does. */
export function drawOn(canvas) {
    const { left, top } = canvas.getBoundingClientRect();
    const events = [
        ["pointerdown", 20, 20],
        ["pointermove", 60, 60],
        ["pointermove", 120, 30],
        ["pointerup", 120, 30],
    ];
    for (const [type, x, y] of events) {
        canvas.dispatchEvent(
            new PointerEvent(type, {
                bubbles: true,
                cancelable: true,
                pointerId: 1,
                isPrimary: true,
                button: 0,
                buttons: type === "pointerup" ? 0 : 1,
                pressure: 0.5,
                clientX: left + x,
                clientY: top + y,
            })
        );
    }
}
