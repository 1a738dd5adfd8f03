import Substrate

/// A family's name without the ending that its samples carry, and what follows from both.
struct FamilyName {
    enum Kind { case counter, gauge, histogram, info }

    let base: Bytes
    let kind: Kind

    /// - Parameter name: as it stands in a query: a counter's with `_total`, an info's with `_info`.
    init(_ name: OpenText, _ kind: Kind) {
        let ending: StaticString =
            switch kind {
            case .counter: "_total"
            case .info: "_info"
            case .gauge, .histogram: ""
            }
        let bytes = name.bytes
        let length = ending.utf8CodeUnitCount
        let carriesIt = bytes.count > length && bytes.dropFirst(bytes.count - length).elementsEqual(ending)
        base = carriesIt ? bytes.prefix(bytes.count - length) : bytes
        self.kind = kind
    }

    /// What a sample's name has behind the base.
    var sampleEnding: StaticString {
        switch kind {
        case .counter: "_total"
        case .info: "_info"
        case .gauge, .histogram: ""
        }
    }

    /// The unit that the name ends with; empty without one.
    var unit: StaticString {
        for unit in ["seconds", "bytes"] as [StaticString] {
            let length = unit.utf8CodeUnitCount
            if base.count > length, base[base.count - length - 1] == ASCII.underscore,
                base.dropFirst(base.count - length).elementsEqual(unit)
            {
                return unit
            }
        }
        return ""
    }
}
