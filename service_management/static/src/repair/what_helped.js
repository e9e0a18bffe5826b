import { _t } from "@web/core/l10n/translation";

/** Say how often something helped before, and on what. */
export function describeWhere(answer) {
    return {
        object: _t("%s × on this object", answer.count),
        product: _t("%s × on this product", answer.count),
        group: _t("%s × on such objects", answer.count),
        all: _t("%s × elsewhere", answer.count),
    }[answer.level];
}

/** Say what it took: hours and parts. */
export function describeTook(answer) {
    const parts = answer.parts.map((part) => `${part.quantity} × ${part.name}`);
    return [...(answer.hours ? [_t("%s h on average", answer.hours)] : []), ...parts].join(" · ");
}
