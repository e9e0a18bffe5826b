import {
    Component,
    onMounted,
    onPatched,
    onWillRender,
    onWillStart,
    onWillUnmount,
    useRef,
    useState,
} from "@odoo/owl";
import { loadBundle, loadCSS } from "@web/core/assets";
import { _t } from "@web/core/l10n/translation";
import { usePopover } from "@web/core/popover/popover_hook";
import { useService } from "@web/core/utils/hooks";
import { describe } from "./schedule_drawing";
import {
    gather,
    getDays,
    getDrive,
    getLegs,
    getStops,
    nameNumbers,
    splitAttribution,
} from "./schedule_map_layout";
import { ScheduleMapList } from "./schedule_map_list";
import { getColor, getColorClass, getTime } from "./schedule_words";

const { DateTime } = luxon;
/** Pixels within which stops of a route, and other pins, become one */
const NEAR_STOPS = 20;
const NEAR = 34;
const CLOSEST = 18;
/** Heights of the pane in pixels, and by how much keys change it */
const LOWEST = 160;
const STEP = 40;
/** What can be said of a place that is not as a person has said */
const DOUBTS = { approximate: _t("Place is approximate"), check: _t("Place is to be checked") };

export const mapAssets = {
    /** Read what draws maps, once somebody opens one. */
    load: () =>
        Promise.all([
            loadBundle("service_management.assets_map"),
            // Not in the bundle: there it would be mirrored for languages that are read from right to left.
            loadCSS("/service_management/static/lib/leaflet/leaflet.css"),
        ]),
};

/**
 * Where the work of the board is: somebody's day as a numbered route, what else is planned, what waits.
 *
 * Nobody outside is asked for anything, unless an administrator chose a server of tiles.
 */
export class ScheduleMap extends Component {
    static template = "service_management.ScheduleMap";
    static props = {
        board: Object,
        model: Object,
        person: { type: [Number, { value: false }] },
        choosePerson: Function,
    };

    setup() {
        this.root = useRef("root");
        this.canvas = useRef("canvas");
        this.pins = useRef("pins");
        this.action = useService("action");
        this.state = useState({
            drawn: 0, // how often the map was zoomed or put elsewhere
            day: null,
            hidden: new Set(),
            height: null,
            pinning: null,
            isSilent: false,
        });
        this.places = new Map();
        this.starts = {};
        this.tiles = false;
        this.known = new Map();
        this.reading = Promise.resolve();
        this.list = usePopover(ScheduleMapList, { position: "top" });
        this.observer = new ResizeObserver(() => this.map?.invalidateSize({ pan: false }));
        onWillStart(() => mapAssets.load());
        onMounted(() => this.open());
        onWillRender(() => this.draw());
        onPatched(() => {
            this.readPlaces();
            if (this.board.state.ghost) {
                this.list.close();
            }
        });
        onWillUnmount(() => this.close());
    }

    get board() {
        return this.props.board;
    }

    //-------------------------------------------------------------------- the map

    open() {
        this.map = window.L.map(this.canvas.el, {
            attributionControl: false, // what is shown of it is text, and never HTML of somebody
            zoomControl: false,
            zoomAnimation: false,
            fadeAnimation: false,
            markerZoomAnimation: false,
            maxZoom: CLOSEST,
            minZoom: 2,
            worldCopyJump: false,
            center: [0, 0],
            zoom: 2,
        });
        window.L.control
            .zoom({ zoomInTitle: _t("Closer"), zoomOutTitle: _t("Farther") })
            .addTo(this.map);
        window.L.control.scale({ imperial: false }).addTo(this.map);
        this.map.getPane("markerPane").append(this.pins.el);
        this.map.on("zoomend viewreset", () => this.state.drawn++);
        this.map.on("click", ({ latlng }) => this.state.pinning && this.pin(latlng));
        this.observer.observe(this.canvas.el);
        this.listen();
        this.state.drawn++;
        this.readPlaces();
    }

    close() {
        this.observer.disconnect();
        this.stopListening?.();
        this.stopResizing?.();
        this.map?.remove();
        this.map = null;
    }

    /** Where the whole of some places, or all that is shown, is in sight */
    fit(places = this.drawn.places) {
        if (this.map && places.length) {
            this.map.fitBounds(places, { padding: [36, 36], maxZoom: 14, animate: false });
        }
    }

    /** Put the ground under the pins, if an administrator chose where it comes from. */
    layTiles(tiles) {
        if (JSON.stringify(tiles) === JSON.stringify(this.tiles)) {
            return;
        }
        this.tiles = tiles;
        this.layer?.remove();
        this.layer = null;
        this.state.isSilent = false;
        if (tiles) {
            this.layer = window.L.tileLayer(tiles.url, {
                // The server learns which office asks, and not on which page.
                referrerPolicy: "strict-origin",
                maxZoom: CLOSEST,
            });
            this.layer.on("tileerror", () => (this.state.isSilent = true));
            this.layer.on("tileload", () => (this.state.isSilent = false));
            this.layer.addTo(this.map);
        }
    }

    get attribution() {
        return this.tiles && splitAttribution(this.tiles.attribution);
    }

    //-------------------------------------------------------------------- what is known

    get waiting() {
        return this.props.model.waiting.bars;
    }

    get planned() {
        const { model } = this.props;
        const rows = new Set(model.shownRows.map((row) => row.id));
        return [...model.bars.values()].filter((bar) => rows.has(bar.row));
    }

    /** Ask where those are that are new, or were read anew; the others stay where they are. */
    readPlaces() {
        const { model } = this.props;
        const bars = [...model.bars.values(), ...this.waiting];
        const changed = bars.filter((bar) => this.known.get(bar.id) !== bar);
        if (!changed.length) {
            return;
        }
        this.known = new Map(bars.map((bar) => [bar.id, bar]));
        const isFirst = !this.places.size;
        this.reading = this.reading.catch(() => {}).then(async () => {
            const { places, starts, tiles } = await model.call("get_schedule_map", [
                changed.map((bar) => bar.id),
            ]);
            if (!this.map) {
                return;
            }
            for (const { id, row } of changed) {
                places[id] ? this.places.set(id, places[id]) : this.places.delete(id);
                delete this.starts[row];
            }
            Object.assign(this.starts, starts);
            this.layTiles(tiles);
            this.draw();
            if (isFirst) {
                this.fit();
            }
            this.state.drawn++;
        });
    }

    getPlace(bar) {
        return this.places.get(bar.id)?.place || null;
    }

    //-------------------------------------------------------------------- what is drawn

    get days() {
        return getDays(this.props.model.period).map((date) => ({
            key: date.toISODate(),
            date,
            title: date.toLocaleString({ weekday: "short", day: "numeric", month: "short" }),
        }));
    }

    /** The day of the route: the chosen one, else today, else the first that is shown */
    get day() {
        const { days } = this;
        return (
            days.find(({ key }) => key === this.state.day) ||
            days.find(({ key }) => key === DateTime.local().toISODate()) ||
            days[0]
        );
    }

    get persons() {
        return this.props.model.shownRows;
    }

    /** Lay everything once a drawing. */
    draw() {
        const { model, person } = this.props;
        const { hidden } = this.state;
        const planned = this.planned;
        const stops = person ? getStops(planned, person, this.day.date) : [];
        const onRoute = new Set(stops.map(({ bar }) => bar.id));
        const others = planned.filter((bar) => !onRoute.has(bar.id));
        const start = (stops.length && this.starts[person]) || null;
        const isShown = (kind) => !hidden.has(kind);
        const bars = [
            ...stops.map((stop) => stop.bar),
            ...(isShown("other") ? others : []),
            ...(isShown("waiting") ? this.waiting : []),
        ];
        const placed = bars.map((bar) => this.getPlace(bar)).filter(Boolean);
        this.drawn = {
            stops: stops.map((stop) => ({ ...stop, isPlaced: Boolean(this.getPlace(stop.bar)) })),
            drive: stops.length ? this.tellDrive(stops) : "",
            route: [...stops.map(({ bar }) => this.getPlace(bar)), start].filter(Boolean),
            hasStart: Boolean(start),
            places: start ? [...placed, start] : placed,
            // Whatever is switched off: who looks for it finds it here.
            unplaced: [...planned, ...this.waiting]
                .filter((bar) => this.places.has(bar.id) && !this.getPlace(bar))
                .map((bar) => this.drawUnplaced(bar)),
            counts: { other: others.length, waiting: this.waiting.length },
            isCut: this.waiting.length < model.waiting.count,
            legs: [],
            pins: [],
        };
        if (this.map) {
            this.drawn.legs = this.drawLegs(stops, start);
            this.drawn.pins = [
                ...(isShown("other") ? this.drawPins("other", others, NEAR) : []),
                ...(isShown("waiting") ? this.drawPins("waiting", this.waiting, NEAR) : []),
                ...(start ? [this.drawStart(start)] : []),
                ...this.drawStops(stops),
            ];
        }
    }

    tellDrive(stops) {
        const { minutes, km, isWhole } = getDrive(stops, this.props.model.travel);
        const values = { minutes, km: Math.round(km) };
        return isWhole
            ? _t("%(minutes)s min, %(km)s km to the visits", values)
            : _t("%(minutes)s min, %(km)s km to the visits, as far as known", values);
    }

    drawUnplaced(bar) {
        const { site_id } = this.places.get(bar.id);
        return { bar, isWaiting: this.isWaiting(bar), isOfSite: Boolean(site_id) };
    }

    isWaiting(bar) {
        return !(bar.row && bar.start);
    }

    project(place) {
        const { x, y } = this.map.latLngToLayerPoint(place);
        return { x, y };
    }

    drawLegs(stops, start) {
        return getLegs(stops, (bar) => this.getPlace(bar), start).map(({ from, to, isSure }, key) => {
            const [a, b] = [this.project(from), this.project(to)];
            return { key, isSure, x1: a.x, y1: a.y, x2: b.x, y2: b.y };
        });
    }

    drawStart(place) {
        const { name } = this.props.model.rows.find((row) => row.id === this.props.person);
        const label = _t("Where %s's days start", name);
        return { ...this.project(place), kind: "start", key: "start", bars: [], ids: "", label, text: "" };
    }

    drawStops(stops) {
        const points = stops
            .filter(({ bar }) => this.getPlace(bar))
            .map(({ bar, number }) => ({ ...this.project(this.getPlace(bar)), bar, number }));
        return gather(points, NEAR_STOPS).map((group) => {
            const numbers = nameNumbers(group.pins.map(({ number }) => number));
            return this.drawPin("stop", group, numbers, (label) => `${numbers}. ${label}`);
        });
    }

    drawPins(kind, bars, radius) {
        const points = bars
            .filter((bar) => this.getPlace(bar))
            .map((bar) => ({ ...this.project(this.getPlace(bar)), bar }));
        return gather(points, radius).map((group) => {
            const { length } = group.pins;
            return this.drawPin(kind, group, length > 1 ? `${length}` : "", (label) => label);
        });
    }

    drawPin(kind, { x, y, pins }, text, name) {
        const bars = pins.map(({ bar }) => bar);
        const [bar] = bars;
        const isOne = bars.length === 1;
        const state = isOne && this.places.get(bar.id).state;
        const count = kind === "waiting" ? _t("%s wait here", bars.length) : _t("%s visits here", bars.length);
        return {
            x, y, kind, bars, text, isOne,
            key: `${kind}${bar.id}`,
            ids: bars.map(({ id }) => id).join(" "),
            label: name(isOne ? [this.describe(bar), DOUBTS[state]].filter(Boolean).join(", ") : count),
            isDoubtful: Boolean(DOUBTS[state]),
            isUrgent: bars.some(({ priority }) => priority > "0"),
            isLost: bars.every(({ is_found }) => is_found === false),
            isHeld: isOne && this.board.state.ghost?.id === bar.id,
            color: kind === "other" && isOne ? getColorClass(getColor(bar, this.props.model)) : "",
        };
    }

    describe(bar) {
        return this.isWaiting(bar)
            ? [bar.title, bar.customer, bar.city, _t("Waits to be planned"), bar.reason].filter(Boolean).join(", ")
            : describe(bar, this.props.model);
    }

    getTime(bar) {
        return getTime(bar);
    }

    //-------------------------------------------------------------------- looking

    choosePerson(id) {
        this.props.choosePerson(parseInt(id, 10) || false);
        this.state.day = null;
    }

    toggle(kind) {
        const hidden = new Set(this.state.hidden);
        hidden.delete(kind) || hidden.add(kind);
        this.state.hidden = hidden;
    }

    showMore() {
        return this.props.model.loadWaiting(this.waiting.length);
    }

    /** Go to the pin of a stop. */
    goTo(bar) {
        const place = this.getPlace(bar);
        if (place && this.map) {
            this.map.panInside(place, { padding: [30, 30], animate: false });
            this.pins.el.querySelector(`[data-ids~="${bar.id}"]`)?.focus({ preventScroll: true });
        }
    }

    //-------------------------------------------------------------------- acting

    onPointerDown(ev, pin) {
        ev.stopPropagation();
        if (pin.isOne) {
            this.board.hand.onPointerDown(ev, pin.bars[0]);
        }
    }

    onClick(ev, pin) {
        ev.stopPropagation();
        if (!this.board.hand.wasDragged || !pin.isOne) {
            this.openPin(ev.currentTarget, pin);
        }
    }

    /** The card of one visit; several come apart, or are listed where they are at one place. */
    openPin(target, pin) {
        if (pin.isOne) {
            this.board.showCard(target, pin.bars[0]);
        } else if (pin.bars.length) {
            const bounds = window.L.latLngBounds(pin.bars.map((bar) => this.getPlace(bar)));
            const isOnePlace = bounds.getNorthEast().equals(bounds.getSouthWest());
            if (isOnePlace || this.map.getZoom() >= CLOSEST) {
                this.list.open(target, {
                    items: pin.bars.map((bar) => ({ bar, label: this.describe(bar) })),
                    take: (ev, bar) => this.board.hand.onPointerDown(ev, bar),
                    open: (bar) => this.board.showCard(target, bar),
                });
            } else {
                this.map.fitBounds(bounds, { padding: [36, 36], animate: false });
            }
        }
    }

    onKeyDown(ev, pin) {
        if (pin.isOne && this.board.state.ghost) {
            return this.board.onKeyDown(ev, pin.bars[0]);
        }
        const keys = {
            ArrowRight: () => this.focusNext(ev.currentTarget, 1),
            ArrowDown: () => this.focusNext(ev.currentTarget, 1),
            ArrowLeft: () => this.focusNext(ev.currentTarget, -1),
            ArrowUp: () => this.focusNext(ev.currentTarget, -1),
            Enter: () => this.openPin(ev.currentTarget, pin),
            "+": () => this.map.zoomIn(),
            "-": () => this.map.zoomOut(),
        };
        const act = !ev.ctrlKey && !ev.metaKey && !ev.altKey && keys[ev.key];
        if (act) {
            ev.preventDefault();
            ev.stopPropagation();
            act();
        } else if (pin.isOne) {
            this.board.onKeyDown(ev, pin.bars[0]);
        }
    }

    focusNext(target, step) {
        const pins = [...this.pins.el.querySelectorAll(".o_schedule_pin[tabindex='0']")];
        const next = pins[pins.indexOf(target) + step];
        if (next) {
            const box = this.canvas.el.getBoundingClientRect();
            const { x, y } = next.getBoundingClientRect();
            this.map.panInside(
                this.map.containerPointToLatLng([x - box.x, y - box.y]),
                { padding: [30, 30], animate: false }
            );
            next.focus({ preventScroll: true });
        }
    }

    //-------------------------------------------------------------------- saying where something is

    /** Open what says where a visit takes place. */
    openPlace(bar) {
        const { site_id, order_id } = this.places.get(bar.id);
        return this.action.doAction(
            {
                type: "ir.actions.act_window",
                res_model: site_id ? "res.partner" : "service.order",
                res_id: site_id || order_id,
                views: [[false, "form"]],
                target: "new",
            },
            { onClose: () => this.readAnew() }
        );
    }

    /** Pictures of the ground are there: a click says where it is. */
    startPinning(bar) {
        this.state.pinning = bar;
        this.root.el.querySelector(".o_schedule_map_pinning")?.focus();
    }

    async pin({ lat, lng }) {
        const bar = this.state.pinning;
        this.state.pinning = null;
        const { lat: latitude, lng: longitude } = window.L.latLng(lat, lng).wrap();
        await this.props.model.orm.call("service.order", "pin_place", [
            [this.places.get(bar.id).order_id], latitude, longitude,
        ]);
        this.readAnew();
    }

    readAnew() {
        this.known = new Map();
        this.readPlaces();
    }

    onRootKeyDown(ev) {
        if (ev.key === "Escape" && this.state.pinning) {
            ev.stopPropagation();
            this.state.pinning = null;
        }
    }

    //-------------------------------------------------------------------- pins and bars point at each other

    /** Whatever of a visit is pointed at, the rest of it shows: by its element, nothing is drawn anew. */
    listen() {
        const board = this.root.el.closest(".o_schedule") || this.root.el;
        const unpoint = () =>
            board.querySelectorAll(".o_schedule_pointed").forEach((el) => el.classList.remove("o_schedule_pointed"));
        const point = ({ target }) => {
            unpoint();
            const el = target.closest(".o_schedule_bar, .o_schedule_waiting, .o_schedule_pin");
            const ids = (el?.dataset.ids || el?.dataset.id || "").split(" ").filter(Boolean);
            const found = ids.flatMap((id) => [
                ...board.querySelectorAll(
                    `.o_schedule_bar[data-id="${id}"], .o_schedule_waiting[data-id="${id}"], .o_schedule_pin[data-ids~="${id}"]`
                ),
            ]);
            found.forEach((each) => each.classList.add("o_schedule_pointed"));
        };
        const heard = { pointerover: point, focusin: point, pointerleave: unpoint, focusout: unpoint };
        Object.entries(heard).forEach(([type, hear]) => board.addEventListener(type, hear));
        this.stopListening = () => {
            Object.entries(heard).forEach(([type, hear]) => board.removeEventListener(type, hear));
            unpoint();
        };
    }

    //-------------------------------------------------------------------- height

    get highest() {
        return Math.max((this.root.el?.parentElement?.clientHeight || 600) - LOWEST, LOWEST);
    }

    resize(height) {
        this.state.height = Math.min(Math.max(height, LOWEST), this.highest);
    }

    onEdgeDown(ev) {
        const { clientHeight } = this.root.el;
        const move = ({ clientY }) => this.resize(clientHeight + ev.clientY - clientY);
        this.stopResizing = () => {
            document.removeEventListener("pointermove", move);
            document.removeEventListener("pointerup", this.stopResizing);
            document.removeEventListener("pointercancel", this.stopResizing);
        };
        document.addEventListener("pointermove", move);
        document.addEventListener("pointerup", this.stopResizing);
        document.addEventListener("pointercancel", this.stopResizing);
        ev.preventDefault();
    }

    onEdgeKey(ev) {
        const step = { ArrowUp: STEP, ArrowDown: -STEP }[ev.key];
        if (step) {
            ev.preventDefault();
            this.resize(this.root.el.clientHeight + step);
        }
    }
}
