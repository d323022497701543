// The connect page without a connection, at another gateway, and with an invitation that has ended.

import { strict as assert } from 'node:assert';

const DAY = 24 * 60 * 60;
const LOOKUP = '**/v1/invitations/lookup';
const ENROL = '**/simpleenroll';

// The failure has the focus, and the code still stands in its field.
async function seesFailure(newcomer, title, code) {
    await newcomer.sees('.error-summary:focus');
    assert.equal(await newcomer.text('.error-summary h2'), title);
    assert.equal(await newcomer.page.inputValue('#code'), code);
}

async function sendsAgain(newcomer) {
    await newcomer.tabsTo('#code');
    await newcomer.page.keyboard.press('Enter');
}

export async function a_gateway_that_cannot_prove_the_invitation_gets_no_code(world) {
    await world.isToday();
    const newcomer = await world.newcomer();
    const { code } = await world.invites();
    await newcomer.open();
    await newcomer.page.route(LOOKUP, async (route) => {
        const answer = await route.fetch();
        await route.fulfill({ response: answer, json: { ...(await answer.json()), gateway: 'https://gateway.invalid' } });
    });
    await newcomer.enters(code);
    await seesFailure(newcomer, 'Das ist nicht das Gateway Ihrer Einladung', code);
    assert.deepEqual(await newcomer.keptKeys(), []);
    assert.ok((await world.asked()).every(({ path }) => !path.includes('/est/')), 'the code was sent');
}

export async function a_broken_connection_loses_neither_code_nor_key(world) {
    await world.isToday();
    const newcomer = await world.newcomer();
    const { code } = await world.invites();
    await newcomer.open();
    await newcomer.page.route(LOOKUP, (route) => route.abort());
    await newcomer.enters(code);
    await seesFailure(newcomer, 'Keine Verbindung', code);
    await newcomer.page.unroute(LOOKUP);

    // The gateway has issued the certificate, but the answer is lost.
    await newcomer.page.route(ENROL, async (route) => {
        await route.fetch();
        await route.abort();
    });
    await sendsAgain(newcomer);
    await newcomer.sees('#confirm');
    await newcomer.takes('#accept');
    await seesFailure(newcomer, 'Keine Verbindung', code);
    const [kept] = await newcomer.keptKeys();
    assert.ok(kept);
    await newcomer.page.unroute(ENROL);

    // Another key would be refused, because the code was used.
    await newcomer.page.reload();
    await newcomer.enters(code);
    await newcomer.savesFile();
    assert.deepEqual(await newcomer.keptKeys(), [kept]);
    await newcomer.finishes();
}

export async function a_key_that_the_gateway_refuses_for_good_is_forgotten(world) {
    await world.isToday();
    const newcomer = await world.newcomer();
    const { code } = await world.invites();
    await newcomer.accepts(code);
    await newcomer.sees('#pending');
    // A broken connection is told, and the page goes on waiting.
    await newcomer.page.route(ENROL, (route) => route.abort());
    await newcomer.takes('#check-now');
    await newcomer.sees('.error-summary:focus');
    await newcomer.sees('#pending');
    await newcomer.page.unroute(ENROL);
    assert.equal((await newcomer.keptKeys()).length, 1);
    await world.passes(8 * DAY);
    await newcomer.takes('#check-now');
    await newcomer.sees('#start');
    assert.equal(await newcomer.page.inputValue('#code'), code);
    assert.match(await newcomer.text('.error-summary'), /abgelaufen/);
    assert.deepEqual(await newcomer.keptKeys(), []);
}
