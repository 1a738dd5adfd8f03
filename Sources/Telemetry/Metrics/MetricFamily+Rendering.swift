import Substrate

extension MetricFamily {
    func render(into buffer: inout ByteBuffer) {
        PrometheusText.begin(name, kind.label.text, help, into: &buffer)
        for sample in samples {
            var line = PrometheusSample(name, into: &buffer)
            for label in sample.labels { line.label(label.name, configured: label.value, into: &buffer) }
            line.end(number: sample.value, into: &buffer)
        }
    }
}
