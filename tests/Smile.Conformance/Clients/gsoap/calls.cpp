// Makes the calls of the conformance check. Arguments: base address, API user, password, a new username.
#include <iostream>
#include <stdexcept>

#include "OrderBinding.nsmap"
#include "soapOrderBindingProxy.h"

// gSOAP makes one proxy of all contracts that it is given together; the address says which endpoint is called.
static OrderBindingProxy proxy(SOAP_C_UTFSTRING | SOAP_IO_KEEPALIVE);
static std::string user, password;

static void check(int status) {
  if (status != SOAP_OK) {
    proxy.soap_stream_fault(std::cerr);
    throw std::runtime_error("The call failed.");
  }
}

/** gSOAP sends credentials once: they are set before each call. */
static void log_in() {
  proxy.soap->userid = user.c_str();
  proxy.soap->passwd = password.c_str();
}

static ns2__StringFieldType* text(const char* name, const char* value) {
  ns2__StringFieldType* field = soap_new_ns2__StringFieldType(proxy.soap);
  field->name = name;
  field->__item = value;
  return field;
}

static void add(ns2__ObjectType* object, ns2__StringFieldType* field) {
  __ns2__union_ObjectType member;
  member.__union_ObjectType = SOAP_UNION__ns2__union_ObjectType_String;
  member.union_ObjectType.String = field;
  object->__union_ObjectType.push_back(member);
}

static void add(ns2__ObjectType* object, ns2__IntegerFieldType* field) {
  __ns2__union_ObjectType member;
  member.__union_ObjectType = SOAP_UNION__ns2__union_ObjectType_Integer;
  member.union_ObjectType.Integer = field;
  object->__union_ObjectType.push_back(member);
}

static void add(ns2__ObjectType* object, ns2__ObjectType* field) {
  __ns2__union_ObjectType member;
  member.__union_ObjectType = SOAP_UNION__ns2__union_ObjectType_Object;
  member.union_ObjectType.Object = field;
  object->__union_ObjectType.push_back(member);
}

/** A field of a compound field. */
static std::string nested(const ns2__ObjectType* fields, const std::string& compound, const std::string& name) {
  for (const auto& member : fields->__union_ObjectType) {
    if (member.__union_ObjectType == SOAP_UNION__ns2__union_ObjectType_Object && member.union_ObjectType.Object->name && *member.union_ObjectType.Object->name == compound)
      return nested(member.union_ObjectType.Object, compound, name);
    if (member.__union_ObjectType == SOAP_UNION__ns2__union_ObjectType_String && member.union_ObjectType.String->name == name)
      return member.union_ObjectType.String->__item;
  }
  throw std::runtime_error("There is no field " + name);
}

static ns2__OrderType* order(const char* username) {
  ns2__IntegerFieldType* phone_lines = soap_new_ns2__IntegerFieldType(proxy.soap);
  phone_lines->name = "phoneLines";
  phone_lines->__item = "12";
  std::string* contact_name = soap_new_std__string(proxy.soap);
  *contact_name = "secondaryContact";
  ns2__ObjectType* contact = soap_new_ns2__ObjectType(proxy.soap);
  contact->name = contact_name;
  add(contact, text("secondaryContactName", "John Smith"));
  add(contact, text("secondaryContactNo", "+61395505665"));
  ns2__OrderType* order = soap_new_ns2__OrderType(proxy.soap);
  order->Package = static_cast<int*>(soap_malloc(proxy.soap, sizeof(int)));
  *order->Package = 192;
  order->PackagePlan = static_cast<int*>(soap_malloc(proxy.soap, sizeof(int)));
  *order->PackagePlan = 812;
  order->OrderForm = soap_new_ns2__PropertiesType(proxy.soap);
  order->OrderForm->Object = soap_new_ns2__ObjectType(proxy.soap);
  add(order->OrderForm->Object, text("username", username));
  add(order->OrderForm->Object, phone_lines);
  add(order->OrderForm->Object, text("contactGiven", "Joe"));
  add(order->OrderForm->Object, text("contactFamily", "Smith"));
  add(order->OrderForm->Object, contact);
  return order;
}

int main(int, char** arguments) {
  const std::string orders = std::string(arguments[1]) + "order", accounts = std::string(arguments[1]) + "account";
  user = arguments[2];
  password = arguments[3];

  std::string greeting = "Hällo <&> 😀";
  _ns1__echo echo;
  _ns1__echoResponse echoed;
  echo.value = &greeting;
  log_in();
  check(proxy.echo(orders.c_str(), nullptr, &echo, echoed));
  std::cout << "{\"call\":\"echo\",\"return\":\"" << *echoed.return_ << "\"}\n";

  _ns1__getAvailableOrderForms get_forms;
  _ns1__getAvailableOrderFormsResponse forms;
  log_in();
  check(proxy.getAvailableOrderForms(orders.c_str(), nullptr, &get_forms, forms));
  std::cout << "{\"call\":\"getAvailableOrderForms\",\"packages\":[";
  const char* separator = "";
  for (const auto* form : forms.ns2__OrderFormList->OrderForm) {
    std::cout << separator << form->Package;
    separator = ",";
  }
  std::cout << "]}\n";

  _ns1__orderAccount order_account;
  _ns1__orderAccountResponse ordered;
  order_account.ns2__Order = order(arguments[4]);
  log_in();
  check(proxy.orderAccount(orders.c_str(), nullptr, &order_account, ordered));
  const ns2__OrderDetailsType* details = ordered.ns2__OrderDetails;
  std::cout << "{\"call\":\"orderAccount\",\"orderNumber\":\"" << details->OrderNumber << "\",\"accountUsn\":\"" << *details->Order->AccountUSN << "\",\"sids\":[";
  separator = "";
  for (const auto* subscription : details->OrderedComponents->Subscription) {
    std::cout << separator << subscription->SID;
    separator = ",";
  }
  std::cout << "],\"secondaryContactName\":\"" << nested(details->Order->OrderForm->Object, "secondaryContact", "secondaryContactName") << "\"}\n";

  _ns1__getOrderForm get_form;
  _ns1__getOrderFormResponse form;
  get_form.packageId = 123;
  log_in();
  if (proxy.getOrderForm(orders.c_str(), nullptr, &get_form, form) == SOAP_FAULT)
    std::cout << "{\"call\":\"getOrderForm\",\"fault\":\"OrderException\",\"message\":\"" << *proxy.soap_fault()->detail->ns1__OrderException->message << "\"}\n";

  _ns1__get get;
  _ns1__getResponse got;
  get.usn = *details->Order->AccountUSN;
  log_in();
  check(proxy.get(accounts.c_str(), nullptr, &get, got));
  std::cout << "{\"call\":\"get\",\"usn\":\"" << *got.ns2__Account->USN << "\",\"subscriptions\":[";
  separator = "";
  for (const auto* subscription : got.ns2__Account->Subscriptions->Subscription) {
    std::cout << separator << '"' << *subscription->USN << '"';
    separator = ",";
  }
  std::cout << "],\"secondaryContactNo\":\"" << nested(got.ns2__Account->Properties->Object, "secondaryContact", "secondaryContactNo") << "\"}\n";
  proxy.destroy();
}
