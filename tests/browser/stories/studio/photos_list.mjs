// Photos of the studio: refusals at the counter, filter, withdrawal.

import { strict as assert } from 'node:assert';

const NOTE = 'Die Brille spiegelt. Bitte ohne Brille.';

export async function a_refusal_is_told_with_reason_and_note_and_marked_until_it_was_seen(world) {
    const photographer = await world.photographer();
    const [refused, waiting] = [await world.deposit(), await world.deposit()];
    await photographer.open();
    assert.equal(await photographer.text('nav a[href="/studio/photos"]'), 'Meine Fotos');
    await world.settledElsewhere(refused, { outcome: 'refused', reason: 'gaze', note: NOTE });
    // Every page tells the number, also on the other computer of the studio.
    const colleague = await world.photographer({ device: 'koch_2' });
    for (const [person, path] of [[photographer, '/studio/'], [photographer, '/studio/computer'], [colleague, '/studio/']]) {
        await person.open(path);
        assert.equal(await person.text('nav a[href="/studio/photos"]'), 'Meine Fotos (1)', path);
    }
    const stranger = await world.photographer({ device: 'stein' });
    await stranger.open();
    assert.equal(await stranger.text('nav a[href="/studio/photos"]'), 'Meine Fotos');
    await photographer.takes('nav a[href="/studio/photos"]');
    const row = await photographer.sees('tr[data-state=refused][data-new]');
    const words = await row.innerText();
    assert.match(words, /Blick|Kamera/);
    assert.ok(words.includes(NOTE));
    assert.equal(await photographer.page.locator('tr[data-new]').count(), 1);
    // To look at it is not enough: a page that was opened by mistake would hide it from the photographer.
    await photographer.open('/studio/photos');
    await photographer.sees('tr[data-new]');
    await photographer.takes('#seen button');
    await photographer.page.waitForSelector('tr[data-new]', { state: 'detached' });
    await photographer.sees('tr[data-state=refused]');
    await colleague.open('/studio/photos');
    assert.equal(await colleague.page.locator('[data-new], #new-refusals').count(), 0);
    assert.equal(await world.state(waiting), 'available');
}

export async function photos_are_filtered_by_state_and_withdrawn(world) {
    const photographer = await world.photographer();
    const [first, second, third] = [await world.deposit(), await world.deposit(), await world.deposit()];
    await world.settledElsewhere(third, { outcome: 'used' });
    await photographer.open('/studio/photos');
    assert.equal(await photographer.page.locator('#photos tbody tr').count(), 3);
    await photographer.page.selectOption('#state', 'available');
    await photographer.takes('#filter button');
    await photographer.page.waitForURL(/state=available/);
    assert.equal(await photographer.page.locator('#photos tbody tr').count(), 2);
    await photographer.page.click(`#photos a[href="/studio/photos/${first.photo_id}"]`);
    await photographer.takes('a#withdraw');
    const before = await world.ask('contents');
    await photographer.takes('a#back');
    await photographer.sees('a#withdraw');
    assert.equal(await world.ask('contents'), before, 'a question withdraws the photo');
    await photographer.takes('a#withdraw');
    await photographer.takes('form#withdraw button');
    await photographer.sees('[data-state=withdrawn]');
    assert.equal(await world.state(first), 'withdrawn');
    assert.equal(await world.state(second), 'available');
    // A reload repeats nothing, and the code is worth nothing.
    await photographer.page.reload();
    await photographer.sees('[data-state=withdrawn]');
    assert.equal((await world.ask('collect', { device: 'mitte', code: first.code })).status, 410);
    // An office that has the photo at the moment keeps it.
    await world.collectedElsewhere(second);
    await photographer.open(`/studio/photos/${second.photo_id}/withdraw`);
    await photographer.sees('[data-state=leased]');
    assert.equal(await photographer.page.locator('form#withdraw').count(), 0);
}

export async function without_a_script_a_photo_is_withdrawn_and_a_refusal_marked_as_seen(world) {
    const photographer = await world.photographer({ javaScript: false });
    const [refused, withdrawn] = [await world.deposit(), await world.deposit()];
    await world.settledElsewhere(refused, { outcome: 'refused', reason: 'gaze' });
    await photographer.open('/studio/photos?state=new');
    await photographer.page.click('#seen button');
    await photographer.sees('#photos');
    assert.equal(await photographer.page.locator('[data-new]').count(), 0);
    await photographer.open(`/studio/photos/${withdrawn.photo_id}`);
    await photographer.page.click('a#withdraw');
    await photographer.page.click('form#withdraw button');
    await photographer.sees('[data-state=withdrawn]');
}
