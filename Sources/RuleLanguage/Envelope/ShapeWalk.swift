/// Walking a document beside the table of its shape.
extension ValueShape {
    /// The shape of a document, by the key that says what it is.
    static func document(_ root: YAMLNode) -> ValueShape {
        guard case .mapping(let entries) = root.content else { return .any }
        let names = entries.map(\.key.text)
        if names.contains("policy") { return .mapping(.policy) }
        if names.contains("rule") { return .mapping(.rule) }
        return names.contains("define") ? .mapping(.definition) : .any
    }

    /// What stands under a key.
    func value(of key: String) -> ValueShape {
        switch self {
        case .mapping(let shape), .either(_, let shape): shape.key(key)?.value ?? .any
        case .names(_, let value): value
        default: .any
        }
    }

    /// What the items of a list are.
    var item: ValueShape {
        switch self {
        case .list(let item, _, _): item
        case .either(let list, _): list.item
        default: .any
        }
    }

    /// Entries in the order of the table; those whose names and order are the author's stay.
    func ordered(_ entries: [YAMLNode.Entry]) -> [YAMLNode.Entry] {
        let keys: [MappingShape.Key]
        switch self {
        case .mapping(let shape), .either(_, let shape): keys = shape.keys
        default: return entries
        }
        return entries.enumerated().sorted { first, second in
            let left = keys.firstIndex { $0.name == first.element.key.text } ?? keys.count
            let right = keys.firstIndex { $0.name == second.element.key.text } ?? keys.count
            return (left, first.offset) < (right, second.offset)
        }.map(\.element)
    }
}
