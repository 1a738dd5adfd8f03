public import Substrate

/// Encodes spans as OTLP's `ExportTraceServiceRequest` (opentelemetry-proto 1.x, `trace/v1`). Off the request path.
///
/// Spans of one listener stand under one resource, in the order of their coming.
public struct OTLPEncoder: ~Copyable {
    /// Lengths stand in front of messages: each level is composed apart.
    private var resourceSpans = ByteBuffer()
    private var scopeSpans = ByteBuffer()
    private var message = ByteBuffer()
    var attributes = OTLPAttributes()

    public init() {}

    public mutating func append(
        _ spans: [SpanRecord], names: some SpanNames, resource: SpanResource, into output: inout ByteBuffer
    ) {
        var seen: [UInt32] = []
        for span in spans where !seen.contains(span.listener) {
            seen.append(span.listener)
            resourceSpans.removeAll()
            begin(resource, of: span.listener, names)
            scopeSpans.removeAll()
            begin(scope: resource)
            for other in spans where other.listener == span.listener {
                message.removeAll()
                compose(other, names)
                Protobuf.bytes(2, message.bytes, into: &scopeSpans)
            }
            Protobuf.bytes(2, scopeSpans.bytes, into: &resourceSpans)
            Protobuf.bytes(1, resourceSpans.bytes, into: &output)
        }
    }

    private mutating func begin(_ resource: SpanResource, of listener: UInt32, _ names: some SpanNames) {
        message.removeAll()
        let service = names.listenerService(listener) ?? "outrigger"
        attributes.add("service.name", service, field: 1, into: &message)
        attributes.add("service.instance.id", resource.instance, field: 1, into: &message)
        attributes.add("telemetry.sdk.name", "outrigger" as OpenText, field: 1, into: &message)
        attributes.add("telemetry.sdk.language", "swift" as OpenText, field: 1, into: &message)
        attributes.add("telemetry.sdk.version", resource.version, field: 1, into: &message)
        Protobuf.bytes(1, message.bytes, into: &resourceSpans)
    }

    private mutating func begin(scope resource: SpanResource) {
        message.removeAll()
        Protobuf.bytes(1, OpenText("outrigger-sidecar").bytes, into: &message)
        Protobuf.text(2, resource.version.text, into: &message)
        Protobuf.bytes(1, message.bytes, into: &scopeSpans)
    }

    /// One `Span`.
    private mutating func compose(_ span: SpanRecord, _ names: some SpanNames) {
        let template = names.templateName(span.template)
        id(1, span.traceHigh, span.traceLow)
        id(2, span.span)
        if span.parent != 0 { id(4, span.parent) }
        attributes.value.removeAll()
        attributes.value.append(span.method == .other ? "HTTP" : span.method.name)
        if let template {
            attributes.value.append(ASCII.space)
            attributes.value.append(text: template.text)
        }
        Protobuf.bytes(5, attributes.value.bytes, into: &message)
        Protobuf.number(6, UInt64(span.kind.rawValue), into: &message)
        Protobuf.fixed64(7, span.start.nanoseconds, into: &message)
        Protobuf.fixed64(8, max(span.start, span.end).nanoseconds, into: &message)
        attributes.describe(span, template: template, names, into: &message)
        if span.isError {
            // Status { code: ERROR }
            attributes.value.removeAll()
            Protobuf.number(3, 2, into: &attributes.value)
            Protobuf.bytes(15, attributes.value.bytes, into: &message)
        }
        // Bits 8 and 9: whether the parent is another process's, and that this is known.
        let remote: UInt32 = span.parentIsRemote ? 0x300 : 0x100
        Protobuf.fixed32(16, UInt32(span.traceFlags) | remote, into: &message)
    }

    private mutating func id(_ field: UInt64, _ halves: UInt64...) {
        attributes.value.removeAll()
        for half in halves { Protobuf.bigEndian(half, into: &attributes.value) }
        Protobuf.bytes(field, attributes.value.bytes, into: &message)
    }
}

extension SpanRecord {
    /// As OpenTelemetry's HTTP conventions have it: to a server a client's mistake is no error, to a client it is.
    var isError: Bool {
        switch kind {
        case .server: Self.isError(status: status, reason: reason)
        case .client: status >= 400 || (outcome != .success && outcome != .failure5xx)
        }
    }
}
