import { onWillStart } from "@odoo/owl";
import { patch } from "@web/core/utils/patch";
import { useService } from "@web/core/utils/hooks";
import { ActionHelper } from "@web/views/action_helper";

/**
 * An empty page of service says whether there is nothing yet, or nothing that the filters let
 * through: who looks for something is not told to take the first call.
 */
patch(ActionHelper.prototype, {
    setup() {
        super.setup();
        const { searchModel } = this.env;
        this.emptyByFilters = false;
        if (!searchModel?.resModel?.startsWith("service.") || !searchModel.facets.length) {
            return;
        }
        const orm = useService("orm");
        onWillStart(async () => {
            const { resModel, globalDomain, globalContext } = searchModel;
            const found = await orm.search(resModel, globalDomain || [], {
                limit: 1,
                context: globalContext,
            });
            this.emptyByFilters = found.length > 0;
        });
    },

    get activeFilters() {
        return this.env.searchModel.facets
            .filter((facet) => facet.type !== "groupBy")
            .map((facet) => [facet.title, facet.values.join(" / ")].filter(Boolean).join(": "))
            .join(" · ");
    },

    removeFilters() {
        this.env.searchModel.clearQuery();
    },
});
