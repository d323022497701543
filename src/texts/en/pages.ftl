### Texts that the pages for clerks and for photographers share.

page-certificate = Certificate
page-today-at = today
page-guide-lines = Guide lines
page-limit = required
page-certificate-heading = Certificate
page-device = Device
page-valid-until = Valid until
page-not-ready = Not ready.
page-clock = Clock
page-clock-minutes = { $count } min
page-clock-hours = { $count } hours
page-clock-days = { $count } days
page-clock-right = This computer's clock is correct.
page-clock-fast = This computer's clock is { $by } fast. Have it corrected: it decides which certificates are valid.
page-clock-slow = This computer's clock is { $by } slow. Have it corrected: it decides which certificates are valid.
page-missing-storage = The gateway's database cannot store anything: it is full or unreachable.
page-missing-clock = The gateway's clock must be confirmed.
page-missing-epoch-key = The key for this month is missing.
page-missing-server-certificate = The gateway's certificate has expired.
page-missing-other = Something is missing; the gateway's monitoring names it (/readyz).
page-scripts = Scripts
page-scripts-on = On.
page-cookies-done = The browser sends them back.
page-cookies-unchecked = Not checked yet.
page-check-now = Check now
page-mark-good = Fine:
page-mark-advice = Note:
page-mark-fault = Fault:
page-skip = Skip to content
page-sections = Sections
page-until-today = today until { $time }
page-until-day = through { $day }
page-days-left = { $days ->
        [0] the last day
        [one] one day left
       *[other] { $days } days left
    }
page-gateway-time = The gateway's clock shows { $time }. This computer's clock should show the same time.
