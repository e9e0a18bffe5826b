import { Component, useEffect, useRef, useState } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { DateTimePicker } from "@web/core/datetime/datetime_picker";
import { _t } from "@web/core/l10n/translation";
import { useDebounced } from "@web/core/utils/timing";
import { useBus, useService } from "@web/core/utils/hooks";
import { useHotkey } from "@web/core/hotkeys/hotkey_hook";
import { useModel } from "@web/model/model";
import { useSetupAction } from "@web/search/action_hook";
import { CogMenu } from "@web/search/cog_menu/cog_menu";
import { Layout } from "@web/search/layout";
import { SearchBar } from "@web/search/search_bar/search_bar";
import { useSearchBarToggler } from "@web/search/search_bar/search_bar_toggler";
import { standardViewProps } from "@web/views/standard_view_props";
import { STEPS } from "./schedule_layout";
import { COLORS, GROUPS } from "./schedule_words";
import { ServiceMissing } from "../first_steps/service_missing";

export const SCALE_TITLES = {
    day: _t("Day"),
    three_days: _t("Three Days"),
    week: _t("Week"),
    two_weeks: _t("Two Weeks"),
    month: _t("Month"),
};

/** How long changes of others are gathered before they are read */
const GATHERED = 250;

export class ScheduleController extends Component {
    static template = "service_management.ScheduleView";
    static components = {
        CogMenu,
        DateTimePicker,
        Dropdown,
        DropdownItem,
        Layout,
        SearchBar,
        ServiceMissing,
    };
    static props = { ...standardViewProps, archInfo: Object, Model: Function, Renderer: Function };

    setup() {
        this.model = useModel(this.props.Model, {
            resModel: this.props.resModel,
            archInfo: this.props.archInfo,
            state: this.props.state?.schedule,
        });
        this.state = useState({ hasTray: true, hasMap: false, isDragging: false });
        this.root = useRef("root");
        useBus(this.model.bus, "update", () => this.render(true));
        useSetupAction({
            rootRef: this.root,
            getLocalState: () => ({ schedule: this.model.exportState() }),
            getContext: () => ({ service_schedule: this.model.exportView() }),
        });
        this.searchBarToggler = useSearchBarToggler();
        useHotkey("control+z", () => this.model.undo());
        useHotkey("control+y", () => this.model.redo());
        this.listen();
    }

    /** Hear of what others do: at once, but not while something is held in the hand. */
    listen() {
        const bus = useService("bus_service");
        this.changed = new Set();
        const read = useDebounced(() => this.readChanges(), GATHERED);
        const hear = ({ visit_ids, has_leave }) => {
            visit_ids.forEach((id) => this.changed.add(id));
            this.hasNewLeave ||= has_leave;
            read();
        };
        const reconnect = () => this.model.load();
        useEffect(
            () => {
                bus.start();
                bus.subscribe("service_schedule", hear);
                bus.addEventListener("BUS:RECONNECT", reconnect);
                return () => {
                    bus.unsubscribe("service_schedule", hear);
                    bus.removeEventListener("BUS:RECONNECT", reconnect);
                };
            },
            () => []
        );
    }

    async readChanges() {
        if (this.state.isDragging) {
            return;
        }
        const ids = [...this.changed];
        this.changed.clear();
        if (this.hasNewLeave) {
            this.hasNewLeave = false;
            await this.model.load(); // when people are there is read with everything
        } else if (ids.length) {
            await this.model.reload(ids, true);
        }
    }

    showMap() {
        this.state.hasMap = true;
    }

    setDragging(isDragging) {
        this.state.isDragging = isDragging;
        if (!isDragging) {
            this.readChanges();
        }
    }

    get scales() {
        return this.props.archInfo.scales.map((key) => ({ key, title: SCALE_TITLES[key] }));
    }

    get colors() {
        return Object.entries(COLORS).map(([key, title]) => ({ key, title }));
    }

    get steps() {
        return STEPS.map((key) => ({ key, title: _t("%s min", key) }));
    }

    get scaleTitle() {
        return SCALE_TITLES[this.model.meta.scale];
    }

    get periodTitle() {
        const { start, end } = this.model.period;
        const last = end.minus({ days: 1 });
        if (this.model.meta.scale === "month") {
            return start.toLocaleString({ month: "long", year: "numeric" });
        }
        if (this.model.meta.scale === "day") {
            return start.toLocaleString({
                weekday: "long", day: "numeric", month: "long", year: "numeric",
            });
        }
        const day = { day: "numeric", month: "short" };
        return `${start.toLocaleString(day)} – ${last.toLocaleString({ ...day, year: "numeric" })}`;
    }

    get isToday() {
        const now = luxon.DateTime.local();
        return this.model.period.start <= now && now < this.model.period.end;
    }

    showToday() {
        return this.model.load({ date: luxon.DateTime.local() });
    }

    /** What technicians are chosen by, where there is something to choose */
    get sections() {
        const titles = { teams: _t("Teams"), zones: _t("Zones"), skills: _t("Skills") };
        const { choices } = this.model;
        return Object.entries(titles)
            .map(([kind, title]) => ({ kind, title, choices: choices[kind] }))
            .filter((section) => section.choices.length > 1);
    }

    get groups() {
        return Object.entries(GROUPS).map(([key, title]) => ({ key, title }));
    }

    get noTeam() {
        return _t("No team");
    }

    get chosenTitle() {
        const names = this.sections.flatMap(({ kind, choices }) =>
            choices.filter(({ id }) => this.model.meta[kind].includes(id)).map(({ name }) => name)
        );
        return names.join(", ") || _t("All Technicians");
    }

    open(id) {
        return this.props.selectRecord(id, {});
    }
}
