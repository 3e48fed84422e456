using System.ServiceModel;
using System.Xml.Serialization;
using SoapCore;

// What another SOAP server takes for the same call: SoapCore's echo, without authentication. Started with its address.
var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.UseUrls(args[0]);
builder.Services.AddSoapCore();
builder.Services.AddSingleton<IOrderService, OrderService>();
var app = builder.Build();
((IApplicationBuilder)app).UseSoapEndpoint<IOrderService>("/order", new SoapEncoderOptions(), SoapSerializer.XmlSerializer);
app.MapGet("/", () => "up");
await app.RunAsync();

/// <summary>The one operation that is measured.</summary>
[ServiceContract(Namespace = "http://ws.inomial.com/smile.2")]
[XmlSerializerFormat]
internal interface IOrderService
{
    [OperationContract(Name = "echo", Action = "", ReplyAction = "*")]
    string Echo([XmlElement(Namespace = "")] string value);
}

/// <summary>Answers what it is asked.</summary>
internal sealed class OrderService : IOrderService
{
    public string Echo(string value) => value;
}
