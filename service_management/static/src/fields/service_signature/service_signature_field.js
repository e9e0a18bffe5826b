/* global SignaturePad */

import { loadJS } from "@web/core/assets";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component, onWillStart, useEffect, useRef } from "@odoo/owl";

/**
 * A signature that is drawn where it is asked for: no dialog on top, no typed name that becomes one
 * by itself, and never wider than the screen.
 */
export class ServiceSignatureField extends Component {
    static template = "service_management.ServiceSignatureField";
    static props = { ...standardFieldProps };

    setup() {
        this.canvas = useRef("canvas");
        onWillStart(() => loadJS("/web/static/lib/signature_pad/signature_pad.umd.js"));
        useEffect(
            (canvas) => {
                if (!canvas) {
                    return;
                }
                this.pad = new SignaturePad(canvas, { penColor: "DarkBlue", minWidth: 1.5 });
                this.pad.addEventListener("endStroke", () => this.keep());
                const observer = new ResizeObserver(() => this.fit());
                observer.observe(canvas.parentElement);
                this.fit();
                return () => {
                    observer.disconnect();
                    this.pad.off();
                };
            },
            () => [this.canvas.el]
        );
    }

    get isSigned() {
        return Boolean(this.props.record.data[this.props.name]);
    }

    /** Give the canvas the pixels of its place, and draw again what was drawn. */
    fit() {
        const canvas = this.canvas.el;
        const { clientWidth, clientHeight } = canvas.parentElement;
        const ratio = Math.max(window.devicePixelRatio || 1, 1);
        if (!clientWidth || canvas.width === Math.round(clientWidth * ratio)) {
            return;
        }
        const strokes = this.pad.toData();
        canvas.width = Math.round(clientWidth * ratio);
        canvas.height = Math.round(clientHeight * ratio);
        canvas.getContext("2d").scale(ratio, ratio);
        this.pad.clear();
        this.pad.fromData(strokes);
    }

    keep() {
        return this.props.record.update({
            [this.props.name]: this.pad.toDataURL().split(",")[1],
        });
    }

    clear() {
        this.pad.clear();
        return this.props.record.update({ [this.props.name]: false });
    }
}

export const serviceSignatureField = {
    component: ServiceSignatureField,
    supportedTypes: ["binary"],
};

registry.category("fields").add("service_signature", serviceSignatureField);
