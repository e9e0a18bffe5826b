import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { Dialog } from "@web/core/dialog/dialog";
import { useService } from "@web/core/utils/hooks";
import { getDataURLFromFile } from "@web/core/utils/urls";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { Component, useRef, useState } from "@odoo/owl";

/** How many pixels a photo is sent with, each way: phones take far more than anybody looks at. */
const LONGEST = 1920;

/** Asks of which object a photo is. */
export class ServicePhotoObjectDialog extends Component {
    static template = "service_management.ServicePhotoObjectDialog";
    static components = { Dialog };
    static props = { close: Function, objects: Array, choose: Function };

    choose(objectId) {
        this.props.choose(objectId);
        this.props.close();
    }
}

/** A photo in one tap, before the work and after it: the camera opens, and the photo is kept. */
export class ServicePhotoWidget extends Component {
    static template = "service_management.ServicePhotoWidget";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.input = useRef("input");
        this.state = useState({ isBusy: false });
    }

    take(kind) {
        this.kind = kind;
        this.input.el.click();
    }

    async onTaken(ev) {
        const [file] = ev.target.files;
        ev.target.value = "";
        if (!file) {
            return;
        }
        this.state.isBusy = true;
        try {
            const content = await this.shrink(file);
            const objectId = await this.askObject();
            await this.orm.call("service.visit", "add_photo", [
                [this.props.record.resId],
                file.name,
                content,
                this.kind,
                objectId,
            ]);
            this.notification.add(_t("The photo is kept with the order."), { type: "success" });
        } finally {
            this.state.isBusy = false;
        }
    }

    /** Return a picture in base64, made smaller where the browser can. */
    async shrink(file) {
        try {
            const bitmap = await createImageBitmap(file);
            const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
            const canvas = document.createElement("canvas");
            canvas.width = Math.round(bitmap.width * scale);
            canvas.height = Math.round(bitmap.height * scale);
            canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
            return canvas.toDataURL("image/jpeg", 0.85).split(",")[1];
        } catch {
            // A format that this browser does not draw is left to the server.
            return (await getDataURLFromFile(file)).split(",")[1];
        }
    }

    askObject() {
        const objects = (this.props.record.data.object_ids?.records || []).map((record) => ({
            id: record.resId,
            name: record.data.display_name,
        }));
        if (objects.length < 2) {
            return objects.length ? objects[0].id : false;
        }
        return new Promise((resolve) => {
            this.dialog.add(
                ServicePhotoObjectDialog,
                { objects, choose: resolve },
                { onClose: () => resolve(false) }
            );
        });
    }
}

registry.category("view_widgets").add("service_photo", {
    component: ServicePhotoWidget,
    fieldDependencies: [{ name: "object_ids", type: "many2many", relation: "service.object" }],
});
