// The studio's computer: its certificate, and callers without one.

import { strict as assert } from 'node:assert';
import { isFit } from '../../checks/fit.mjs';

const DAY = 24 * 60 * 60;

// The certificate of the device `koch_ending` lasts twenty days.
export async function a_studio_is_told_in_time_that_its_certificate_ends(world) {
    const photographer = await world.photographer({ device: 'koch_ending' });
    for (const [days, left] of [[0, 20], [5.9, 14.1], [0.2, 13.9], [13.5, 0.4]]) {
        await world.ask('advance', { seconds: Math.round(days * DAY) });
        for (const path of ['/studio/', '/studio/photos', '/studio/computer']) {
            await photographer.open(path);
            const told = await photographer.page.locator('#expiry-notice').count();
            assert.equal(told, left < 14 ? 1 : 0, `${path}, ${left} days before the end`);
            assert.match(await photographer.page.locator('header').innerText(), /Zertifikat (bis 11\.12\.2026|heute bis)/);
        }
        await isFit(photographer, `studio-certificate-${left}-days`);
        if (left < 14) {
            await photographer.takes('#expiry-notice a');
            await photographer.sees('#renew');
        }
    }
    await world.ask('advance', { seconds: DAY });
    // The connection that the browser has open, and a new one.
    await photographer.open('/studio/');
    await photographer.sees('main[data-problem="certificate-expired"]');
    const later = await world.photographer({ device: 'koch_ending' });
    await later.open('/studio/');
    await later.sees('main[data-problem="certificate-expired"]');
    assert.equal(await later.page.getAttribute('#steps #connect', 'href'), `${world.scene.enrolment}/connect/`);
    await isFit(later, 'studio-certificate-ended');
}

export async function a_browser_without_a_studios_certificate_is_told_what_is_missing(world) {
    for (const [device, kind] of [[null, 'certificate-missing'], ['studio_stranger', 'device-unknown'], ['mitte', 'certificate-unusable']]) {
        const photographer = await world.photographer({ device });
        for (const path of ['/studio/', '/studio/photos', '/']) {
            const answer = await photographer.open(path);
            assert.equal(answer.status(), 403, `${device} ${path}`);
            await photographer.sees(`main[data-problem="${kind}"]`);
            assert.ok((await photographer.text('main')).length > 40);
            assert.equal(await photographer.page.locator('#files').count(), 0);
            if (kind !== 'device-unknown') {
                assert.equal(await photographer.page.getAttribute('#steps #connect', 'href'), `${world.scene.enrolment}/connect/`);
            }
        }
        await isFit(photographer, `studio-${kind}`);
    }
}

export async function the_page_of_the_computer_knows_device_gateway_and_browser(world) {
    const photographer = await world.photographer();
    await photographer.open('/studio/computer');
    assert.match(await photographer.text('#device'), /Foto Koch.*Kasse koch/s);
    assert.equal(await photographer.page.getAttribute('#ready', 'data-ready'), 'true');
    await photographer.page.click('#round-trip');
    await photographer.sees('#cookies[data-round-trip=done]');
    assert.match(await photographer.text('#profile'), /35/);
    await world.ask('break_storage');
    await world.ask('mend_storage');
    await world.ask('suspend', { device: 'koch', suspended: true });
    const answer = await photographer.open('/studio/computer');
    assert.equal(answer.status(), 403);
    await photographer.sees('main[data-problem="studio-suspended"]');
    await world.ask('suspend', { device: 'koch', suspended: false });
    await world.ask('revoke', { device: 'koch' });
    await photographer.open('/studio/');
    await photographer.sees('main[data-problem="device-revoked"]');
    assert.equal(await photographer.page.locator('#files').count(), 0);
}
