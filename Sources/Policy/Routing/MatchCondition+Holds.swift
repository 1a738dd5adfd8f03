import Substrate

extension MatchCondition {
    /// Whether any field line, or any parameter, of the name has the value.
    func holds(_ head: MessageHead, isEdge: Bool, text: FlatTable<UInt8>) -> Bool {
        let name = text.bytes(self.name)
        let value = text.bytes(self.value)
        switch subject {
        case .header:
            // Strangers' `x-outrigger-` fields are dropped at an edge, so nothing is decided by them either.
            if isEdge, known.isOutrigger { return false }
            for index in 0..<head.fieldCount {
                let field = head[field: index]
                guard field.known == known, head[field.name].equalsIgnoringASCIICase(name) else { continue }
                switch comparison {
                case .present: return true
                case .exact: if head[field.value].elementsEqual(value) { return true }
                case .prefix: if head[field.value].hasPrefix(value) { return true }
                }
            }
            return false
        case .query:
            var parameters = QueryParameters(head[head.facts.query])
            while let parameter = parameters.next() {
                guard PercentDecoding.equals(parameter.name, name) else { continue }
                switch comparison {
                case .present: return true
                case .exact: if PercentDecoding.equals(parameter.value, value) { return true }
                case .prefix: if PercentDecoding.hasPrefix(parameter.value, value) { return true }
                }
            }
            return false
        }
    }
}
