// The self-test page for counters that do not work.

import { strict as assert } from 'node:assert';

const TEST_CODE = 'TESTY-TESTZ-01234-5678Q';

// Scans into the focused field and waits for the result.
async function scans(clerk, keys) {
    await clerk.sees('#scan:focus');
    await clerk.scans(keys);
    return (await clerk.sees('#received[data-verdict]')).getAttribute('data-verdict');
}

export async function the_self_test_tells_what_the_scanner_sends(world) {
    const clerk = await world.clerk();
    const before = await world.ask('contents');
    await clerk.open('/desk/self-test');
    await clerk.sees('svg.data-matrix');
    assert.equal(await scans(clerk, `${TEST_CODE}\n`), 'good');
    await clerk.open('/desk/self-test');
    // The kind of symbol (AIM identifier) before the text.
    await scans(clerk, `]d2${TEST_CODE}\n`);
    assert.match(await clerk.text('#received'), /\]d2/);
    await clerk.open('/desk/self-test');
    // The scanner is set to another keyboard layout than the computer.
    const swapped = TEST_CODE.replace(/[YZ]/g, (key) => (key === 'Y' ? 'Z' : 'Y'));
    assert.equal(await scans(clerk, `${swapped}\n`), 'fault');
    assert.match(await clerk.text('#received'), /Y und Z|Tastatur/);
    assert.equal(await world.ask('contents'), before, 'a test scan counts as a code');
}

export async function the_self_test_knows_device_gateway_and_browser(world) {
    const clerk = await world.clerk();
    await clerk.open('/desk/self-test');
    assert.match(await clerk.text('#device'), /Bürgeramt Mitte.*Kasse/s);
    assert.equal(await clerk.page.getAttribute('#ready', 'data-ready'), 'true');
    await clerk.page.click('#round-trip');
    await clerk.sees('#cookies[data-round-trip=done]');
}
