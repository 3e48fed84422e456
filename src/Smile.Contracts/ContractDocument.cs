using System.Xml;
using Smile.Soap.Xml;

namespace Smile.Contracts;

/// <summary>A document of the contract, known by its root element's name.</summary>
public abstract class ContractDocument(string name)
{
    /// <summary>Local name of the root element in the data namespace.</summary>
    public string Name { get; } = name;

    /// <summary>Reads the document that the reader stands on.</summary>
    public abstract object ReadAny(XmlReader reader);

    /// <summary>Writes the document with the data namespace as its default namespace.</summary>
    public abstract string WriteAny(object value);
}

/// <inheritdoc/>
public sealed class ContractDocument<T>(string name, Func<ContractReader, T> read, Action<ContractWriter, T> write) : ContractDocument(name)
    where T : class
{
    /// <summary>The document as text, as message bodies carry it.</summary>
    public string Write(T value) => ContractWriter.WriteDocument(Name, value, write);

    /// <exception cref="ContractReadException">The document does not fit the contract.</exception>
    public T Read(XmlReader reader)
    {
        var contract = new ContractReader(reader);
        if (reader.MoveToContent() != XmlNodeType.Element || reader.LocalName != Name)
        {
            throw new ContractReadException($"The root element must be <{Name}>.");
        }

        contract.ExpectDataNamespace();
        return read(contract);
    }

    public override object ReadAny(XmlReader reader) => Read(reader);

    public override string WriteAny(object value) => Write((T)value);
}
