/**
 * Do one thing at a time: a second tap of an impatient thumb is none.
 *
 * @param {{ isBusy: boolean }} state of the component whose buttons wait
 * @param {() => Promise<void>} act
 */
export async function oneAtATime(state, act) {
    if (state.isBusy) {
        return;
    }
    state.isBusy = true;
    try {
        await act();
    } finally {
        state.isBusy = false;
    }
}
