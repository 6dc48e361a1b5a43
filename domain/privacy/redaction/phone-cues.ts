import { cues } from './cues.ts';

/** Words before a telephone number. */
export const PHONE_CUES = cues(
  // Nouns, in the languages of most answers.
  'phone phones telephone tel telnr telno telefon telefono telefone telefonu telefonnummer telefonnr telefoon telefoonnummer telf tlf tlfn',
  'telephoner fon fone mobile mobil mobiltelefon mobilnummer mobilnr mob cell cellphone celular cel movil cellulare portable handy',
  'handynummer gsm fax faks hotline landline festnetz whatsapp whatsap wapp wsp wa viber signal telegram imessage sms komorka komorkowy',
  'numer_telefonu numero_de_telephone numero_de_telefono numero_di_telefono numero_de_telefone rufnummer puhelin puhelinnumero',
  'puh telefonszam telefonszama telefonnal cep cep_telefonu cepte gsm_no telp hp nohp dt dien_thoai sdt so_dien_thoai phonenumber',
  'my_number my_no tel-nr tel.-nr mobil-nr handy-nr fax-nr telefon-nr ruf-nr kom mon_numero meine_nummer mi_numero il_mio_numero meu_numero mein_nr my_cell wa.me whatsapp.com t.me contact_no contact_number contact_details',
  // Verbs.
  'call calls ring reach dial text contact callback call_me ring_me reach_me text_me call_us call_back phone_me message_me anrufen erreichen erreichbar',
  'ruf rufen anruf ruckruf zuruckrufen melde appeler appelez appelle rappeler joindre joignable contacter llamar llame llamenme llamame',
  'contactar chiamare chiamami chiamatemi ligar ligue contato contacto contatto kontakt kontakta bellen bel bereikbaar ring_meg zadzwon zadzwoncie',
  'dzwonic ring_mig hubungi telpon arayin ara goi lien_he',
  // Other scripts.
  'телефон телефону телефона тел моб мобильный звоните позвоните номер_телефона τηλεφωνο τηλ κινητο',
  '電話 电话 手机 手機 携帯 连絡先 連絡先 联系方式 联系电话 致电 打给 請打 请打 微信 号码是 ＴＥＬ お問い合わせ先 ケータイ',
  '전화 연락처 핸드폰 휴대폰 번호는 연락 هاتف الهاتف هاتفي جوال الجوال موبايل رقمي اتصل اتصلوا للتواصل واتساب תלפון טלפון נייד התקשרו',
  'फोन मोबाइल नंबर फ़ोन कॉल โทร เบอร์ ฟोन मोबाईल ফোন মোবাইল தொலைபேசி फोनवर',
);

/** Words for other numbers: orders, invoices, parcels, articles, versions, amounts. */
export const OTHER_CUES = cues(
  'conf confirm kd art size sizes employee badge -nr -no order orders ordernumber orderid po invoice invoices bill receipt ticket tickets case cases incident ref reference refs rma tracking',
  'track trackingnumber waybill awb parcel package shipment consignment booking reservation confirmation pnr flight itinerary serial',
  'serialnumber sn imei iccid isbn issn ean gtin upc barcode sku asin article item items part model product version versions build',
  'release firmware revision id ids uid uuid guid code codes pin transaction txn payment voucher coupon policy claim contract licence license',
  'account acct customer member membership user userid patent batch lot error row rows line lines page pages record records',
  'bestellung bestellnummer bestellnr bestell auftrag auftragsnummer auftragsnr rechnung rechnungsnummer rechnungsnr vorgang vorgangsnummer',
  'sendung sendungsnummer sendungsverfolgung paket paketnummer buchung buchungsnummer buchungscode artikel artikelnummer artikelnr seriennummer',
  'kundennummer kundennr kunde vertrag vertragsnummer vertragsnr aktenzeichen referenz referenznummer teilenummer zahlernummer zaehlernummer',
  'charge gutschein fehlercode modell mitgliedsnummer lieferschein lieferscheinnummer',
  'commande facture colis suivi reservation dossier client contrat reference article serie billet',
  'pedido pedidos factura envio seguimiento paquete reserva expediente cliente contrato referencia articulo serie guia boleto folio',
  'ordine fattura spedizione prenotazione pratica codice cliente contratto riferimento articolo seriale',
  'fatura nota encomenda rastreio rastreamento protocolo codigo',
  'bestelling bestelnummer factuur factuurnummer zending pakket boeking klantnummer artikelnummer',
  'zamowienie zamowienia zamowieniu faktura faktury przesylka przesylki paczka rezerwacja klient bestallning ordre ordrenummer ordernummer fakturanummer tilaus',
  'siparis kargo fatura rezervasyon objednavka objednavky zasilka rendeles pesanan invois resi don_hang',
  'заказ заказа заказу счет накладная посылка артикул договор παραγγελια',
  'vat ein ust ustid ustidnr hash checksum meter reading docket quote estimate permit train bus tram kassenzeichen kassenbon quittung beleg',
  'belegnummer zahlerstand angebot angebotsnummer schaden schadennummer policennummer zug devis bon recu bordereau sinistre adherent',
  'matricule vol presupuesto albaran recibo socio siniestro proceso vuelo preventivo polizza sinistro volo orcamento recibo apolice processo voo',
  'offerte offertenummer zaak zaaknummer dossiernummer polisnummer vlucht umowa umowy sprawa sprawy polisa sagsnummer saksnummer arende',
  'arendenummer offert offertnummer договора дело полис квитанция delivery_note',
  's/n p/n order_no order_nr order_id case_no job_no tracking_no serial_no part_no item_no no_de_commande n°_de_commande customer_no customer_id',
  '订单 訂單 注文 請求書 发票 發票 快递 快遞 单号 單號 运单 伝票 追跡 予約 会員 型番 品番 商品 订购 编号 編號 주문 송장 운송장 예약 청구서 הזמנה חשבונית طلب الطلب فاتورة شحنة الشحنة ऑर्डर इनवॉइस बिल คำสั่งซื้อ',
);

/** Counted things: a number before one of these is an amount. */
export const UNITS = new Set(
  (
    'visits visitors views users customers clients downloads installs clicks impressions units pieces pcs items rows records lines entries files ' +
    'people persons seats members subscribers followers employees points steps times miles km m meters metres cm mm kg g lbs tons ' +
    'bytes kb mb gb tb ms s sec seconds minutes min hours hrs h days weeks months years percent pct eur euro euros usd dollars gbp pounds ' +
    'chf inr rs rupees yen jpy cny rmb krw won brl reais pln zl czk kc sek nok dkk kr rub try tl million millions billion thousand ' +
    'besucher besuche aufrufe nutzer kunden stuck stk personen leute zeilen datensatze jahre tage stunden prozent mitarbeiter klicks ' +
    'visites vues utilisateurs clients pieces personnes annees jours heures lignes visitas usuarios clientes piezas personas dias horas ' +
    'visite utenti clienti pezzi persone giorni ore pessoas pecas bezoekers gebruikers klanten stuks'
  ).split(' '),
);
/** Scripts without spaces. */
export const UNIT_PARTS = /^ ?(?:[%‰€$£¥₹₩₽°]|元|円|원|人|个|個|件|次|年|명|개|회|px\b|k\b)/;
export const CURRENCY_BEFORE =
  /(?:[€$£¥₹₩₽§]|\b(?:eur|usd|gbp|chf|inr|rs|jpy|cny|brl|r\$|pln|sek|nok|dkk|nt|hk))\.? ?$/;

/** "badge number", "conf. no.": a number of a thing, if the word before is none of these. */
const NUMBERED = /([\p{L}]{2,20})[.:]? (?:number|no|nr|nummer|num)[.:]?:? ?(?:is |was )?$/u;
const ENDS_WITH_WORD = /[a-z][.:]{0,2} ?$/;
const OF_PERSONS = new Set(
  (
    'mijn mon ma mi il meu moj mitt min mit benim my our your his her their the this that these new old same other another wrong right direct work home private office personal ' +
    'business daytime evening emergency alternative correct following below is at on under and or same meine deine seine ihre unsere ' +
    'neue alte die diese private dienstliche folgende richtige falsche oder und unter'
  ).split(' '),
);

/** Whether the text before a number ends with a word for a thing and "number". */
export function isNumberOfThing(tail: string, isPhoneWord: (word: string) => boolean): boolean {
  // Most numbers stand after another one, or after a comma.
  if (!ENDS_WITH_WORD.test(tail)) return false;
  const word = NUMBERED.exec(tail)?.[1];
  return word !== undefined && !OF_PERSONS.has(word) && !isPhoneWord(word);
}
