import Substrate
import Telemetry

/// How a scraper wants its metrics: by `Accept` (RFC 9110 §12.5.1) and by the query.
struct MetricsQuestion: Equatable {
    var format: MetricsFormat
    /// `?created=1`: OpenMetrics says since when each series counts. Not by itself: a Prometheus that does not
    /// understand these samples stores each as one more series.
    var wantsCreated: Bool

    init(_ head: MessageHead) {
        var openMetrics = MediaPreference(type: "application", subtype: "openmetrics-text", version: "1.0.0")
        var text = MediaPreference(type: "text", subtype: "plain", version: "0.0.4")
        for index in 0..<head.fieldCount {
            let field = head[field: index]
            guard head[field.name].equalsIgnoringASCIICase("accept") else { continue }
            var ranges = QuotedList(head[field.value], separator: ASCII.comma)
            while let range = ranges.next() {
                openMetrics.consider(range)
                text.consider(range)
            }
        }
        // Whoever names OpenMetrics and likes both as well gets it; a wildcard is no wish, and nothing acceptable is no
        // reason to answer nothing.
        let isLikedMore =
            openMetrics.quality > text.quality
            || openMetrics.quality == text.quality && openMetrics.isNamed
        format = openMetrics.quality > 0 && isLikedMore ? .openMetrics : .prometheus
        var wantsCreated = false
        var pairs = QuotedList(head[head.facts.query], separator: ASCII.ampersand)
        while let pair = pairs.next() { wantsCreated = wantsCreated || pair.elementsEqual("created=1") }
        self.wantsCreated = wantsCreated
    }
}
