// Every failure has its own message, and a sentence for the citizen.

import { strict as assert } from 'node:assert';
import { FAILURES, everyFailure, UNKNOWN } from '../../checks/failures.mjs';

export async function every_refusal_has_words_of_its_own_and_words_for_the_citizen(world) {
    const clerk = await world.clerk();
    const [heard, told] = [new Map(), new Map()];
    await everyFailure(world, clerk, async (kind, words) => {
        heard.set(words, kind);
        const citizen = await clerk.text('#tell-citizen');
        assert.ok(citizen.length > 20, `${kind}: ${citizen}`);
        told.set(citizen, kind);
        if (kind === 'photo-settled') assert.match(await clerk.text('main'), /Bürgeramt Nord/);
        // The local time of the end: 15 minutes from half past ten.
        if (kind === 'photo-leased-elsewhere') assert.match(await clerk.text('main'), /10:45/);
    });
    assert.equal(heard.size, FAILURES, `the same words for two: ${[...heard]}`);
    assert.equal(told.size, FAILURES, `the citizen is told the same twice: ${[...told]}`);
}

export async function what_was_entered_stands_there_to_be_compared_but_in_no_answer(world) {
    const clerk = await world.clerk();
    await clerk.open();
    const [answer] = await Promise.all([
        clerk.page.waitForResponse((response) => response.request().method() === 'POST'),
        clerk.enters(UNKNOWN),
    ]);
    await clerk.isRefused('code-unknown');
    world.codes.push(UNKNOWN);
    world.keepsSecret(new URL(answer.url()).pathname, 'the address');
    // The next code is entered on the same page.
    const deposit = await world.deposit();
    await clerk.page.fill('#code', deposit.code);
    await clerk.page.press('#code', 'Enter');
    await clerk.seesPhoto();
}

export async function a_busy_gateway_says_so_and_goes_on_by_itself(world) {
    const clerk = await world.clerk();
    const deposit = await world.deposit();
    for (let request = 0; request < 3; request += 1) await clerk.open();
    await clerk.enters(deposit.code);
    const words = await clerk.isRefused('too-many-requests');
    assert.match(words, /nichts ist verloren/);
    assert.ok((await clerk.text('#tell-citizen')).length > 20);
    await world.passes(60);
    await clerk.collects(deposit);
}

export async function a_certificate_that_no_device_of_an_office_holds_is_told_so_in_a_page(world) {
    const clerk = await world.clerk({ device: 'stranger' });
    const answer = await clerk.open();
    assert.equal(answer.status(), 403);
    await clerk.sees('main[data-problem="device-unknown"]');
    assert.ok((await clerk.text('main')).length > 40);
    assert.equal(await clerk.page.locator('#code').count(), 0);
}

export async function a_browser_without_a_certificate_is_told_what_is_missing(world) {
    // Without a client certificate Playwright leaves TLS to Chromium, which does not know this run's authority.
    const clerk = await world.clerk({ device: 'nobody', ignoreHTTPSErrors: true });
    for (const path of ['/desk/', '/desk/today']) {
        const answer = await clerk.open(path);
        assert.equal(answer.status(), 403);
        await clerk.sees('main[data-problem="certificate-missing"]');
        assert.ok((await clerk.text('main')).length > 40);
        assert.equal(await clerk.page.locator('#code').count(), 0);
    }
}

export async function addresses_that_lead_nowhere_answer_in_a_page(world) {
    const clerk = await world.clerk();
    const nobody = '00000000-0000-7000-8000-000000000000';
    const collection = `/desk/collections/${nobody}`;
    for (const path of [collection, `${collection}/use`, '/desk/nowhere', '/desk/collections/x']) {
        const answer = await clerk.open(path);
        assert.ok(answer.status() >= 400 && answer.status() < 500, `${path}: ${answer.status()}`);
        assert.match(answer.headers()['content-type'], /text\/html/, path);
        await clerk.sees('main[data-problem]');
    }
}
