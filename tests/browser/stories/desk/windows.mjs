// Back, reload, double click, several tabs.

import { strict as assert } from 'node:assert';
import { Clerk } from '../../actors/clerk.mjs';

// Counts occurrences.
async function happened(world, event) {
    return (await world.ask('events')).filter((name) => name === event).length;
}

// Clicks twice, the second time before the first click has an answer.
async function doubleClicks(clerk, selector) {
    await clerk.page.locator(selector).evaluate((button) => {
        button.click();
        button.click();
    });
}

export async function going_back_shows_no_photo_that_is_gone_and_repeats_nothing(world) {
    for (const javaScript of [true, false]) {
        const clerk = await world.clerk({ javaScript });
        const deposit = await world.deposit();
        await clerk.open();
        await clerk.enters(deposit.code);
        await clerk.sees('#photo');
        await clerk.page.click('a#refuse');
        await clerk.chooses('reason', 'gaze');
        await clerk.page.click('#finish');
        await clerk.sees('#outcome');
        const before = await world.ask('contents');
        for (let steps = 0; steps < 3; steps += 1) {
            await clerk.goesBack();
            assert.equal(await clerk.page.locator('#photo').count(), 0, 'a photo that is erased is shown');
            assert.equal(await clerk.page.locator('main').count(), 1);
        }
        assert.equal(await clerk.path(), '/desk/');
        assert.equal(await world.ask('contents'), before);
    }
}

export async function going_back_shows_no_photo_that_a_colleague_settled(world) {
    const clerk = await world.clerk();
    // Content of a page at the moment in which the browser shows it from its back/forward cache.
    await clerk.context.addInitScript(() => {
        addEventListener('pageshow', ({ persisted }) => {
            if (persisted && document.querySelector('main').hasChildNodes()) sessionStorage.setItem('shown', location.href);
        });
    });
    const deposit = await world.deposit();
    const collection = await clerk.collects(deposit);
    await clerk.page.click('a#refuse');
    await clerk.sees('#finish');
    assert.equal(await world.collectedElsewhere(deposit, 'mitte_2'), collection);
    await world.ask('settle', { device: 'mitte_2', collection, outcome: { outcome: 'refused', reason: 'gaze' } });
    // This browser has not been informed.
    await clerk.goesBack();
    assert.equal(await clerk.page.locator('#photo').count(), 0, 'a photo that is erased is shown');
    await clerk.sees('#outcome');
    assert.equal(await clerk.page.evaluate(() => sessionStorage.getItem('shown')), null);
}

export async function going_back_from_the_photo_leads_to_the_code_field_and_forward_to_the_photo(world) {
    const clerk = await world.clerk();
    const collection = await clerk.collects(await world.deposit());
    await clerk.goesBack();
    await clerk.sees('#code');
    // A new page: the code that was in it is gone.
    await clerk.page.waitForFunction(() => document.querySelector('#code').value === '');
    await clerk.goesForward();
    assert.equal(await clerk.seesPhoto(), collection);
    assert.equal(await happened(world, 'collection.leased'), 1);
}

export async function reloading_shows_the_same_photo_under_the_same_lease(world) {
    const clerk = await world.clerk();
    const collection = await clerk.collects(await world.deposit());
    const until = await clerk.page.getAttribute('#lease time', 'datetime');
    await world.passes(60);
    await clerk.page.reload();
    assert.equal(await clerk.seesPhoto(), collection);
    assert.equal(await clerk.page.getAttribute('#lease time', 'datetime'), until);
    assert.equal(await happened(world, 'collection.leased'), 1);
}

export async function reloading_an_incomplete_form_leads_back_to_the_photo(world) {
    const clerk = await world.clerk();
    const collection = await clerk.collects(await world.deposit());
    await clerk.page.click('a#refuse');
    await clerk.page.click('#finish');
    await clerk.isRefused('form-incomplete');
    const asked = (await world.asked()).length;
    await clerk.page.reload();
    assert.equal(await clerk.seesPhoto(), collection);
    assert.deepEqual((await world.asked(asked)).map(({ method }) => method), ['GET'], 'the form was sent again');
}

export async function reloading_the_last_page_repeats_nothing(world) {
    const clerk = await world.clerk();
    const deposit = await world.deposit();
    await clerk.collects(deposit);
    await clerk.page.click('form#release button');
    await clerk.sees('#outcome');
    const [words, contents] = [await clerk.text('#outcome'), await world.ask('contents')];
    await clerk.page.reload();
    assert.equal(await clerk.text('#outcome'), words);
    assert.equal(await world.ask('contents'), contents);
}

export async function a_double_click_on_enter_is_one_lease(world) {
    const clerk = await world.clerk();
    const deposit = await world.deposit();
    await clerk.open();
    await clerk.page.fill('#code', deposit.code);
    await doubleClicks(clerk, 'form#enter button');
    await clerk.seesPhoto();
    assert.equal(await happened(world, 'collection.leased'), 1);
}

export async function a_double_click_on_finish_settles_once_and_ends_well(world) {
    const clerk = await world.clerk();
    for (const path of ['a#use', 'a#refuse']) {
        const deposit = await world.deposit();
        await clerk.collects(deposit);
        await (path === 'a#use' ? clerk.saves() : clerk.page.click(path));
        await clerk.sees('#finish');
        await (path === 'a#use' ? clerk.chooses('outcome', 'used') : clerk.chooses('reason', 'glasses'));
        await doubleClicks(clerk, '#finish');
        await clerk.sees('#outcome');
    }
    assert.equal(await happened(world, 'collection.used'), 1);
    assert.equal(await happened(world, 'collection.refused'), 1);
}

export async function the_same_form_sent_twice_by_a_hasty_browser_settles_once(world) {
    const clerk = await world.clerk({ javaScript: false });
    const deposit = await world.deposit();
    const collection = await (async () => {
        await clerk.open();
        await clerk.enters(deposit.code);
        await clerk.sees('#photo');
        return clerk.collection();
    })();
    await clerk.page.click('a#refuse');
    await clerk.chooses('reason', 'glasses');
    await clerk.page.dblclick('#finish');
    await clerk.sees('#outcome');
    assert.match(clerk.page.url(), new RegExp(`${collection}/done$`));
    assert.equal(await happened(world, 'collection.refused'), 1);
}

export async function two_tabs_hold_two_photos_apart(world) {
    const clerk = await world.clerk();
    const deposits = [await world.deposit(), await world.deposit()];
    const tabs = [clerk.page, await clerk.context.newPage()];
    const collections = [];
    for (const [at, deposit] of deposits.entries()) {
        clerk.page = tabs[at];
        collections.push(await clerk.collects(deposit));
    }
    assert.notEqual(collections[0], collections[1]);
    // Each tab continues with its own photo, alternating.
    [clerk.page] = tabs;
    await clerk.page.reload();
    assert.equal(await clerk.seesPhoto(), collections[0]);
    for (const [at, reason] of [[1, 'gaze'], [0, 'glasses']]) {
        clerk.page = tabs[at];
        await clerk.page.click('a#refuse');
        await clerk.chooses('reason', reason);
        await clerk.page.click('#finish');
        await clerk.sees('#outcome');
    }
    for (const [at, reason] of [[0, 'glasses'], [1, 'gaze']]) {
        const photo = await world.ask('photo', { photo_id: deposits[at].photo_id });
        assert.match(JSON.stringify(photo), new RegExp(`"${reason}"`));
    }
}

export async function two_tabs_with_one_code_share_the_lease_and_the_second_decision_is_told_of_the_first(world) {
    const clerk = await world.clerk();
    const deposit = await world.deposit();
    const tabs = [clerk.page, await clerk.context.newPage()];
    const collections = [];
    for (const tab of tabs) {
        clerk.page = tab;
        collections.push(await clerk.collects(deposit));
    }
    assert.equal(collections[0], collections[1]);
    for (const [tab, reason] of [[tabs[0], 'gaze'], [tabs[1], 'glasses']]) {
        clerk.page = tab;
        await clerk.page.click('a#refuse');
        await clerk.chooses('reason', reason);
    }
    for (const tab of tabs) {
        clerk.page = tab;
        await clerk.page.click('#finish');
        await (tab === tabs[0] ? clerk.sees('#outcome') : clerk.isRefused('collection-settled'));
    }
    // The second tab does not claim that its reason was stored.
    const photo = await world.ask('photo', { photo_id: deposit.photo_id });
    assert.match(JSON.stringify(photo), /"gaze"/);
    assert.equal(await happened(world, 'collection.refused'), 1);
    assert.doesNotMatch(await clerk.text('main'), /Brille/);
}

export async function a_colleague_without_the_code_puts_the_photo_back_by_keyboard(world) {
    const [first, second] = [await world.clerk(), await world.clerk({ device: 'mitte_2' })];
    const collection = await first.collects(await world.deposit());
    await second.open(`/desk/collections/${collection}`);
    const focused = () => second.page.evaluate(() => document.activeElement.id || document.activeElement.closest('form').id);
    const stops = [await focused()];
    for (let stop = 0; stop < 2; stop += 1) {
        await second.page.keyboard.press('Tab');
        stops.push(await focused());
    }
    assert.deepEqual(stops, ['code', 'enter', 'release']);
    await second.page.keyboard.press('Enter');
    await second.sees('#outcome[data-outcome=released]');
    assert.equal(await happened(world, 'collection.released'), 1);
}

export async function a_colleague_of_the_same_office_goes_on_with_the_same_photo(world) {
    const [first, second] = [await world.clerk(), await world.clerk({ device: 'mitte_2' })];
    assert.ok(first instanceof Clerk);
    const deposit = await world.deposit();
    const collection = await first.collects(deposit);
    assert.equal(await second.collects(deposit), collection);
    // The address alone is not enough: the page asks for the code.
    const third = await world.clerk({ device: 'mitte_2' });
    await third.open(`/desk/collections/${collection}`);
    assert.equal(await third.page.locator('#photo').count(), 0);
    const stranger = await world.clerk({ device: 'nord' });
    await stranger.open(`/desk/collections/${collection}`);
    assert.equal(await stranger.page.locator('#photo').count(), 0);
}
