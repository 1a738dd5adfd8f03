import Substrate

extension MetricFamily {
    func render(_ text: Exposition, into buffer: inout ByteBuffer) {
        let name = FamilyName(name, kind == .counter ? .counter : .gauge)
        text.begin(name, help, into: &buffer)
        for sample in samples {
            var line = ExpositionSample(text, name, into: &buffer)
            for label in sample.labels { line.label(label.name, configured: label.value, into: &buffer) }
            line.end(number: sample.value, into: &buffer)
        }
    }
}
