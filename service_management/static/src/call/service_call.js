import { Component, onWillStart, onMounted, useEffect, useRef, useState } from "@odoo/owl";
import { DateTimeInput } from "@web/core/datetime/datetime_input";
import { serializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { ServiceCallNew } from "./service_call_new";
import { ServiceCallSymptoms } from "./service_call_symptoms";

const { DateTime } = luxon;

/** How many open orders of a customer are shown at first. */
const SHOWN_ORDERS = 6;

/** What is entered of a call before anybody has called. */
const NOTHING = {
    contactId: false,
    contactPhone: "",
    siteId: false,
    objectIds: [],
    symptoms: {},
    title: "",
    note: "",
    priority: "0",
    datePreferred: false,
    typeId: false,
};

/**
 * Where a call begins: one field finds who calls and about what, the page shows what is known of him,
 * and a few words make an open order of it. What is found, promised and refused is the server's.
 */
export class ServiceCall extends Component {
    static template = "service_management.ServiceCall";
    static components = { Layout, DateTimeInput, ServiceCallNew, ServiceCallSymptoms };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.display = { controlPanel: {} };
        this.searches = new KeepLast();
        this.previews = new KeepLast();
        this.lookUps = new KeepLast();
        this.searchRef = useRef("search");
        this.titleRef = useRef("title");
        this.icons = {
            customer: "fa-building-o",
            contact: "fa-user-o",
            site: "fa-map-marker",
            object: "fa-cog",
            order: "fa-wrench",
            agreement: "fa-file-text-o",
        };
        this.labels = {
            customer: _t("Customer"),
            contact: _t("Contact"),
            site: _t("Site"),
            object: _t("Object"),
            order: _t("Order"),
            agreement: _t("Agreement"),
        };
        this.state = useState({
            text: "",
            hits: [],
            isSearched: false,
            isShort: false,
            at: 0,
            card: null,
            objectText: "",
            call: { ...NOTHING, objectIds: [] },
            preview: null,
            symptoms: [],
            adding: false,
            showsAllOrders: false,
            isBusy: false,
            startedAt: false,
            choices: { priorities: [], groups: [], types: [] },
        });
        this.search = useDebounced(() => this.find(), 250);
        this.filterObjects = useDebounced(() => this.reload(), 250);
        this.refresh = useDebounced(() => Promise.all([this.loadPreview(), this.loadSymptoms()]), 150);
        onWillStart(async () => {
            const context = this.props.action.context || {};
            this.state.choices = await this.call("get_choices");
            if (context.default_partner_id) {
                await this.choose({
                    partner_id: context.default_partner_id,
                    object_id: context.default_object_id || false,
                });
            }
        });
        onMounted(() => this.searchRef.el.focus());
        useEffect(
            () => {
                if (!this.state.adding) {
                    this.titleRef.el?.focus();
                }
            },
            () => [this.state.card?.customer.id, this.state.adding]
        );
        useEffect(
            () => {
                this.refresh();
            },
            () => {
                const { call, card } = this.state;
                return [
                    card?.customer.id,
                    call.siteId,
                    call.objectIds.join(),
                    JSON.stringify(call.symptoms),
                    call.priority,
                    call.typeId,
                ];
            }
        );
    }

    call(method, ...args) {
        return this.orm.call("service.call", method, args);
    }

    //=== WHO CALLS ===//

    onSearchInput(ev) {
        this.state.text = ev.target.value;
        this.state.startedAt ||= DateTime.now();
        this.search();
    }

    async find() {
        const { hits, is_short } = await this.searches.add(this.call("find", this.state.text));
        Object.assign(this.state, { hits, at: 0, isShort: is_short, isSearched: !is_short });
    }

    async onSearchKeydown(ev) {
        const { hits } = this.state;
        if (["ArrowDown", "ArrowUp"].includes(ev.key) && hits.length) {
            ev.preventDefault();
            const step = ev.key === "ArrowDown" ? 1 : hits.length - 1;
            this.state.at = (this.state.at + step) % hits.length;
        } else if (ev.key === "Enter" && hits.length) {
            ev.preventDefault();
            await this.choose(hits[this.state.at]);
        } else if (ev.key === "Escape") {
            this.state.hits = [];
            this.state.isSearched = false;
        }
    }

    /** A hit brings its customer; an object its site, too. */
    async choose(hit) {
        const text = this.state.text.trim();
        if (!hit.partner_id) {
            return this.open("service.object", hit.object_id);
        }
        const card = await this.call("get_customer", hit.partner_id, hit.object_id || false);
        const contact = card.contacts.find((person) => person.id === card.contact_id);
        Object.assign(this.state, {
            card,
            hits: [],
            isSearched: false,
            adding: false,
            objectText: "",
            showsAllOrders: false,
            startedAt: this.state.startedAt || DateTime.now(),
        });
        const isPhone = /^[+\d\s()./-]{5,}$/.test(text);
        Object.assign(this.state.call, {
            contactId: card.contact_id,
            contactPhone: contact?.phone || (isPhone ? text : card.customer.phone),
            siteId: card.site_id || (card.sites.length === 1 ? card.sites[0].id : false),
            objectIds: [],
            symptoms: {},
        });
        const object = card.objects.find((obj) => obj.id === hit.object_id);
        if (object) {
            this.toggleObject(object);
        }
    }

    async reload() {
        const { card, call, objectText } = this.state;
        this.state.card = {
            ...(await this.call("get_customer", card.customer.id, call.objectIds[0] || false, objectText)),
            contact_id: card.contact_id,
        };
    }

    next() {
        Object.assign(this.state, {
            text: "",
            hits: [],
            isSearched: false,
            card: null,
            preview: null,
            symptoms: [],
            adding: false,
            startedAt: false,
            call: { ...NOTHING, objectIds: [] },
        });
        this.searchRef.el?.focus();
    }

    //=== ABOUT WHAT ===//

    get chosenContact() {
        return this.state.card?.contacts.find((person) => person.id === this.state.call.contactId);
    }

    /** The number that is known of the caller; one that was entered stays. */
    onContactChange(ev) {
        const { call } = this.state;
        const proposed = this.knownPhone;
        call.contactId = parseInt(ev.target.value) || false;
        if (!call.contactPhone || call.contactPhone === proposed) {
            call.contactPhone = this.knownPhone;
        }
    }

    get knownPhone() {
        return this.chosenContact?.phone || this.state.card.customer.phone;
    }

    onSiteChange(ev) {
        const { call, card } = this.state;
        call.siteId = parseInt(ev.target.value) || false;
        const elsewhere = card.objects.filter((obj) => obj.site_id !== call.siteId);
        call.objectIds = call.objectIds.filter((id) => !elsewhere.some((obj) => obj.id === id));
    }

    /** Whoever chooses an object has chosen where it is. */
    toggleObject(object) {
        const { call } = this.state;
        if (call.objectIds.includes(object.id)) {
            call.objectIds = call.objectIds.filter((id) => id !== object.id);
            return;
        }
        call.objectIds = [...call.objectIds, object.id];
        if (object.site_id) {
            call.siteId = object.site_id;
        }
    }

    /** The objects of the chosen site come first. */
    get objects() {
        const { card, call } = this.state;
        const isHere = (obj) => call.objectIds.includes(obj.id) || obj.site_id === call.siteId;
        return [...card.objects.filter(isHere), ...card.objects.filter((obj) => !isHere(obj))];
    }

    /** Calls come before work that an agreement plans. */
    get openOrders() {
        const { orders } = this.state.card;
        const sorted = [
            ...orders.filter((order) => !order.is_planned_work),
            ...orders.filter((order) => order.is_planned_work),
        ];
        return this.state.showsAllOrders ? sorted : sorted.slice(0, SHOWN_ORDERS);
    }

    get values() {
        const { call, card, startedAt } = this.state;
        return {
            title: call.title,
            note: call.note,
            partner_id: card?.customer.id || false,
            contact_id: call.contactId,
            contact_phone: call.contactPhone,
            site_id: call.siteId,
            object_ids: call.objectIds,
            symptoms: this.symptoms,
            priority: call.priority,
            type_id: call.typeId,
            date_preferred: call.datePreferred ? serializeDateTime(call.datePreferred) : false,
            date_called: startedAt ? serializeDateTime(startedAt) : false,
        };
    }

    /** [[id of an object or false, id of its symptom]], of the objects that are chosen. */
    get symptoms() {
        const { objectIds, symptoms } = this.state.call;
        return (objectIds.length ? objectIds : [false])
            .filter((id) => symptoms[id || 0])
            .map((id) => [id, symptoms[id || 0]]);
    }

    async loadSymptoms() {
        if (this.state.card && this.state.choices.has_symptoms) {
            this.state.symptoms = await this.lookUps.add(this.call("get_symptoms", this.values));
        }
    }

    /** An order is at least as urgent as what is wrong. */
    onSymptomChosen(key, code) {
        const { call } = this.state;
        call.symptoms = { ...call.symptoms, [key]: code ? code.id : false };
        if (code && code.priority > call.priority) {
            call.priority = code.priority;
        }
    }

    async loadPreview() {
        if (this.state.card) {
            this.state.preview = await this.previews.add(this.call("preview", this.values));
        }
    }

    /** A kind of work is as urgent as it says, until somebody says otherwise. */
    onTypeChange(ev) {
        const { call, choices } = this.state;
        call.typeId = parseInt(ev.target.value) || false;
        const type = choices.types.find((one) => one.id === call.typeId);
        call.priority = type?.priority || "0";
    }

    onPreferredChange(date) {
        this.state.call.datePreferred = date;
    }

    //=== WHO IS NEW ===//

    startAdding(kind) {
        this.state.adding = kind;
        this.state.hits = [];
        this.state.isSearched = false;
    }

    async onAdded(kind, id) {
        if (kind === "customer") {
            await this.choose({ partner_id: id, object_id: false });
            return;
        }
        this.state.adding = false;
        this.state.objectText = "";
        const { card, call } = this.state;
        const objectId = kind === "object" ? id : call.objectIds[0] || false;
        this.state.card = {
            ...(await this.call("get_customer", card.customer.id, objectId)),
            contact_id: card.contact_id,
        };
        if (kind === "site") {
            call.siteId = id;
        } else {
            this.toggleObject(this.state.card.objects.find((obj) => obj.id === id));
        }
    }

    /** Somebody like the new one is there already: go on with him. */
    onTwinChosen(hit) {
        return this.choose(hit);
    }

    //=== WHAT COMES OF IT ===//

    get canTake() {
        return Boolean(this.state.card && this.state.call.title.trim() && !this.state.isBusy);
    }

    async take(then, values = {}) {
        if (!this.canTake) {
            this.titleRef.el?.focus();
            this.notification.add(_t("Enter in a few words what is wrong."), { type: "warning" });
            return;
        }
        const order = await this.whileBusy(() => this.call("take", { ...this.values, ...values }));
        await this.show(order, then);
    }

    async addTo(orderId) {
        const order = await this.whileBusy(() => this.call("add_to_order", orderId, this.values));
        this.notification.add(_t("The call is kept with %s.", order.name), { type: "success" });
        await this.open("service.order", order.id);
    }

    async whileBusy(work) {
        this.state.isBusy = true;
        try {
            return await work();
        } finally {
            this.state.isBusy = false;
        }
    }

    async show(order, then) {
        if (then === "next") {
            this.notification.add(
                _t("%(order)s is in “%(stage)s”.", { order: order.name, stage: order.stage }),
                {
                    type: "success",
                    buttons: [
                        {
                            name: _t("Open"),
                            onClick: () => this.open("service.order", order.id),
                        },
                    ],
                }
            );
            return this.next();
        }
        // Asked before this page is gone: nobody would hear the answer.
        const verb = {
            plan: "action_plan_visit",
            find: "action_find_technician",
            ask: "action_ask_guide",
        }[then];
        const dialog = verb && (await this.orm.call("service.order", verb, [[order.id]]));
        await this.open("service.order", order.id);
        if (dialog) {
            // The order behind shows what was done in the dialog, as when its own button opens it.
            await this.action.doAction(dialog, {
                onClose: () => this.action.doAction("soft_reload"),
            });
        }
    }

    open(resModel, resId) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: resModel,
            res_id: resId,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("service_call", ServiceCall);
