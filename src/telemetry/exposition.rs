//! Text formats of metrics.

use std::collections::HashSet;

use axum::http::HeaderMap;
use axum::http::header::ACCEPT;

use crate::api::accept::{AcceptedTypes, Precision};

/// Text format of `/metrics`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricsFormat {
    /// OpenMetrics 1.0.
    OpenMetrics,
    /// The Prometheus text format 0.0.4, which older collectors read.
    PrometheusText,
}

impl MetricsFormat {
    /// The format that a client prefers (RFC 9110 section 12.5.1): OpenMetrics without an `Accept` header, the older format if the
    /// header names neither.
    pub fn from_accept(headers: &HeaderMap) -> Self {
        if !headers.contains_key(ACCEPT) {
            return Self::OpenMetrics;
        }
        let accepted = AcceptedTypes::of(headers);
        let (open_metrics, text) = (accepted.rank("application", "openmetrics-text"), accepted.rank("text", "plain"));
        let is_preferred = match open_metrics.quality.cmp(&text.quality) {
            std::cmp::Ordering::Equal => open_metrics.precision == Precision::Exact && open_metrics.quality > 0,
            order => order.is_gt(),
        };
        if is_preferred { Self::OpenMetrics } else { Self::PrometheusText }
    }

    /// Value of `Content-Type`.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::PrometheusText => "text/plain; version=0.0.4; charset=utf-8",
        }
    }

    /// Converts a text in OpenMetrics. The older format declares a counter with its suffix `_total`, does not escape quotes in help texts,
    /// and has neither units nor an end mark.
    pub fn rewrite(self, open_metrics: String) -> String {
        if self == Self::OpenMetrics {
            return open_metrics;
        }
        let counters: HashSet<&str> =
            open_metrics.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.strip_suffix(" counter")).collect();
        let mut text = String::with_capacity(open_metrics.len());
        for line in open_metrics.lines() {
            if line == "# EOF" || line.starts_with("# UNIT ") {
                continue;
            }
            let mut words = line.splitn(4, ' ');
            match (words.next(), words.next(), words.next(), words.next()) {
                (Some("#"), Some(keyword), Some(name), rest) => {
                    let ending = if counters.contains(name) { "_total" } else { "" };
                    let rest = rest.unwrap_or("").replace("\\\"", "\"");
                    text.push_str(&format!("# {keyword} {name}{ending} {rest}\n"));
                }
                _ => {
                    text.push_str(line);
                    text.push('\n');
                }
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(accept: &str) -> MetricsFormat {
        MetricsFormat::from_accept(&HeaderMap::from_iter([(ACCEPT, accept.parse().unwrap())]))
    }

    #[test]
    fn the_format_is_the_one_that_the_client_prefers() {
        use MetricsFormat::{OpenMetrics, PrometheusText};
        assert_eq!(MetricsFormat::from_accept(&HeaderMap::new()), OpenMetrics);
        for (accept, expected) in [
            ("application/openmetrics-text", OpenMetrics),
            // Prometheus 2.
            (
                "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
                 text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
                OpenMetrics,
            ),
            ("application/openmetrics-text, text/plain", OpenMetrics),
            ("application/*", OpenMetrics),
            ("text/plain;q=0.2, Application/OpenMetrics-Text ; Q=0.3", OpenMetrics),
            ("text/plain;version=0.0.4", PrometheusText),
            // Victoria Metrics.
            ("text/plain;version=0.0.4;q=1,*/*;q=0.1", PrometheusText),
            ("text/plain, */*", PrometheusText),
            ("text/*", PrometheusText),
            ("*/*", PrometheusText),
            ("application/json", PrometheusText),
            ("application/openmetrics-text;q=0, */*", PrometheusText),
            ("application/openmetrics-text;q=0.3, text/plain;q=0.7", PrometheusText),
            ("", PrometheusText),
        ] {
            assert_eq!(format(accept), expected, "{accept}");
        }
    }

    #[test]
    fn counters_are_declared_by_their_samples_and_nothing_ends_the_text() {
        let open_metrics = "# HELP l_requests Requests of \\\"all\\\" listeners.\n# TYPE l_requests counter\n\
                            l_requests_total{route=\"/a b\"} 1\n# HELP l_seconds Time.\n# TYPE l_seconds histogram\n\
                            # UNIT l_seconds seconds\nl_seconds_sum 0.5\nl_seconds_bucket{le=\"+Inf\"} 1\n# EOF\n";
        let expected = "# HELP l_requests_total Requests of \"all\" listeners.\n# TYPE l_requests_total counter\n\
                        l_requests_total{route=\"/a b\"} 1\n# HELP l_seconds Time.\n# TYPE l_seconds histogram\n\
                        l_seconds_sum 0.5\nl_seconds_bucket{le=\"+Inf\"} 1\n";
        assert_eq!(MetricsFormat::PrometheusText.rewrite(open_metrics.to_owned()), expected);
        assert_eq!(MetricsFormat::OpenMetrics.rewrite(open_metrics.to_owned()), open_metrics);
    }
}
